"""Places over the API: what may be meant while a call-taker types, and the earlier calls of a call's place."""

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api import query
from calls.fetch import require_dispatch
from calls.places.duplicates import suspects
from calls.places.gazetteer import ground_of
from calls.places.matching import candidates, resolve
from calls.places.verifying import unverified_calls
from calls.premise import premise_history
from calls.serializers import text as words
from care_dispatch.api import StrictSerializer, View
from teams.selectors import center_id_of, signed_in


class Typed(StrictSerializer):
    q = s.CharField(max_length=300, allow_blank=True, required=False, default="")


class Doubted(StrictSerializer):
    location = words()
    location_detail = words()
    phone = words(limit=40)
    nature = words()
    type_code = words(limit=20)


class Duplicates(View):
    """Open calls that what is typed may be about; nothing is stored."""

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, Doubted)
        return Response({"calls": suspects(signed_in(request), timezone.now(), **fields)})


class Places(View):
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        require_dispatch(user, "look up a place")
        typed = query(request, Typed)["q"]
        ground = ground_of(center_id_of(user))
        found, place = candidates(ground, typed), resolve(ground, typed)
        places = [match.as_dict() for match in found]
        return Response({"places": places, "verified": place.verified, "label": place.label})


class Premise(View):
    def get(self, request: Request, call_id: int) -> Response:
        return Response(premise_history(signed_in(request), call_id, timezone.now()))


class Unverified(View):
    def get(self, request: Request) -> Response:
        return Response(unverified_calls(signed_in(request), timezone.now()))
