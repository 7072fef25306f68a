"""The API of a center's own words: each view parses, performs one action or answers one selector."""

from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import local_words
from calls.serializers import Reason, text
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in


class NewWord(StrictSerializer):
    words = text(required=True, limit=200)
    fact = text(required=True, limit=40)
    value = s.CharField(required=False, allow_blank=True, max_length=60, default="")
    # A field of that name is taken out of the class by the framework; it hides nothing.
    source = text(required=True)  # type: ignore[assignment]


class Words(View):
    def get(self, request: Request) -> Response:
        return Response(local_words.listed(signed_in(request)))

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, NewWord)
        fields["comes_from"] = fields.pop("source")
        return self.change(request, local_words.propose_word, http_status=201, **fields)


class ApproveWord(View):
    def post(self, request: Request, local_word_id: int) -> Response:
        return self.change(request, local_words.approve_word, local_word_id=local_word_id)


class RetireWord(View):
    def post(self, request: Request, local_word_id: int) -> Response:
        fields = self.parsed(request, Reason)
        return self.change(request, local_words.retire_word, local_word_id=local_word_id, **fields)
