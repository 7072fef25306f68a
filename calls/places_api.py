"""Places while a call-taker types: what the gazetteer has that may be meant."""

from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api import query
from calls.fetch import require_dispatch
from calls.places.matching import candidates
from care_dispatch.api import StrictSerializer, View
from teams.selectors import center_id_of, signed_in


class Typed(StrictSerializer):
    q = s.CharField(max_length=300, allow_blank=True, required=False, default="")


class Places(View):
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        require_dispatch(user, "look up a place")
        typed = query(request, Typed)["q"]
        return Response({"places": [match.as_dict() for match in candidates(center_id_of(user), typed)]})
