"""The API of the center's call types: each view parses, performs one action or answers one selector."""

import csv
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import call_types
from calls.rule_sets.fetch import require_rules
from calls.serializers import text
from calls.triage.call_types import LONGEST_CODE, LONGEST_SOURCE, MOST_CHARACTERS
from calls.triage.reader import MAX_TYPE
from care_dispatch.api import StrictSerializer, View
from teams.selectors import signed_in


class Table(StrictSerializer):
    table = s.CharField(max_length=MOST_CHARACTERS, trim_whitespace=False)


class OneType(StrictSerializer):
    code = text(required=True, limit=LONGEST_CODE)
    description = text(limit=MAX_TYPE)
    apco = text(limit=20)
    behavioral = text(limit=20)
    priority = text(limit=2)
    # A field of that name is taken out of the class by the framework; it hides nothing.
    source = text(limit=LONGEST_SOURCE)  # type: ignore[assignment]
    retired = s.BooleanField(required=False)


class CallTypes(View):
    def get(self, request: Request) -> Response:
        return Response(call_types.listed(signed_in(request), timezone.now()))

    def post(self, request: Request) -> Response:
        given = self.parsed(request, OneType)
        code, retired = given.pop("code"), given.pop("retired", False)
        return self.change(request, call_types.map_type, http_status=201, code=code, retired=retired, given=given)


class CheckTable(View):
    """A table looked at before it is taken in; nothing is stored."""

    def post(self, request: Request) -> Response:
        require_rules(signed_in(request))
        found = call_types.read_table(self.parsed(request, Table)["table"])
        shown: dict[str, Any] = {
            "rows": [call_types.as_row(one) for one in found.types],
            "errors": [error.__dict__ for error in found.errors],
            "without_common_type": len(found.unmapped),
        }
        return Response(shown)


class ImportTable(View):
    def post(self, request: Request) -> Response:
        require_rules(signed_in(request))
        found = call_types.read_table(self.parsed(request, Table)["table"])
        return self.change(request, call_types.import_types, found=found)


class ExportTable(View):
    def get(self, request: Request) -> HttpResponse:
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="call-types.csv"'
        csv.writer(answer).writerows(call_types.as_table(signed_in(request)))
        return answer
