"""Cautions over the API: the center's list, entering, reviewing, ending, and knowing one on a call."""

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls.cautions import entering, selectors
from calls.models import Caution
from calls.serializers import Reason, choice
from calls.serializers import text as words
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in


class Review(StrictSerializer):
    days = s.IntegerField(required=False, min_value=1, max_value=3650)


class NewCaution(Review):
    severity = choice(Caution.Severity.choices, required=True)
    text = words(required=True)
    seen_by = choice(Caution.Source.choices, required=True)
    evidence = words(required=True)
    location = words()
    location_detail = words()
    phone = words(limit=40)


class Known(StrictSerializer):
    caution = s.IntegerField(min_value=1, max_value=2**62)


class Cautions(View):
    def get(self, request: Request) -> Response:
        return Response({"cautions": selectors.cautions(signed_in(request), timezone.now())})

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, NewCaution)
        return self.change(request, entering.enter_caution, http_status=201, **fields)


class ReviewCaution(View):
    def post(self, request: Request, caution_id: int) -> Response:
        return self.change(request, entering.review_caution, caution_id=caution_id, **self.parsed(request, Review))


class EndCaution(View):
    def post(self, request: Request, caution_id: int) -> Response:
        return self.change(request, entering.end_caution, caution_id=caution_id, **self.parsed(request, Reason))


class KnowCaution(View):
    def post(self, request: Request, call_id: int) -> Response:
        return self.change(request, entering.know_caution, call_id=call_id, **self.parsed(request, Known))
