"""The API of rule sets: each view parses, performs one action or answers one selector."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from calls import rule_sets, serializers
from calls.rule_sets import selectors
from care_dispatch.api import StrictSerializer, View, if_match
from teams.selectors import signed_in

MAX_ID = 2**62


class NewDraft(StrictSerializer):
    template = serializers.text(limit=60)
    rule_set = s.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    name = serializers.text(limit=110)


class DraftChanges(StrictSerializer):
    """Parts of a body; what they may hold is said by the rules themselves, in sentences."""

    name = s.CharField(required=False, max_length=120)
    # A field of that name is taken out of the class by the framework; it hides nothing.
    source = s.CharField(required=False, allow_blank=True, max_length=500)  # type: ignore[assignment]
    framework = s.CharField(required=False, max_length=80)
    note = s.CharField(required=False, allow_blank=True, max_length=1000)
    levels = s.JSONField(required=False)
    rules = s.JSONField(required=False)


class Body(StrictSerializer):
    body = s.JSONField()


class Approval(StrictSerializer):
    effective_at = s.DateTimeField(required=False, allow_null=True)


class Why(StrictSerializer):
    reason = serializers.text(required=True, limit=500)


class Trial(StrictSerializer):
    narrative = serializers.text(limit=serializers.LONG)
    nature = serializers.text()
    type_code = serializers.text(limit=20)
    facts = s.DictField(required=False)


class Comparison(StrictSerializer):
    rule_sets = s.ListField(child=s.IntegerField(min_value=1, max_value=MAX_ID), required=False, max_length=6)
    templates = s.ListField(child=s.CharField(max_length=60), required=False, max_length=6)
    fact_sets = s.DictField(required=False)


class RuleSets(View):
    def get(self, request: Request) -> Response:
        return Response(selectors.rule_sets(signed_in(request), timezone.now()))

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, NewDraft)
        return self.change(
            request, rule_sets.start_draft, http_status=201, template_code=fields.get("template", ""),
            rule_set_id=fields.get("rule_set"), name=fields.get("name", ""),
        )  # fmt: skip


class OneRuleSet(View):
    def get(self, request: Request, rule_set_id: int) -> Response:
        detail = selectors.rule_set_detail(signed_in(request), rule_set_id, timezone.now())
        return Response(detail, headers={"ETag": f'"{detail["revision"]}"'})

    def patch(self, request: Request, rule_set_id: int) -> Response:
        base = if_match(request)
        changes = self.parsed(request, DraftChanges)
        return self.change(request, rule_sets.change_draft, rule_set_id=rule_set_id, base=base, changes=changes)


class Submit(View):
    def post(self, request: Request, rule_set_id: int) -> Response:
        base = if_match(request)
        self.parsed(request, serializers.Nothing)
        return self.change(request, rule_sets.submit_rules, rule_set_id=rule_set_id, base=base)


class Approve(View):
    def post(self, request: Request, rule_set_id: int) -> Response:
        base = if_match(request)
        fields = self.parsed(request, Approval)
        return self.change(request, rule_sets.approve_rules, rule_set_id=rule_set_id, base=base, **fields)


class WithReason(View):
    """POST with a reason: send back, retire or roll back, named in the URL table."""

    action: Any = None

    def post(self, request: Request, rule_set_id: int) -> Response:
        fields = self.parsed(request, Why)
        return self.change(request, self.action, rule_set_id=rule_set_id, **fields)


class TryRules(View):
    """What the rules would say of a pasted narrative; nothing is stored."""

    def post(self, request: Request, rule_set_id: int) -> Response:
        typed = self.parsed(request, Trial)
        return Response(selectors.try_rules(signed_in(request), rule_set_id, now=timezone.now(), **typed))


class VerdictCompared(View):
    """One verdict of the past beside what a rule set says of the same facts."""

    def get(self, request: Request, rule_set_id: int, verdict_id: int) -> Response:
        return Response(selectors.verdict_compared(signed_in(request), rule_set_id, verdict_id))


class CheckBody(View):
    """A body that is being edited, looked at without storing it."""

    def post(self, request: Request) -> Response:
        return Response(selectors.check_body(signed_in(request), self.parsed(request, Body)["body"]))


class Templates(View):
    def get(self, request: Request) -> Response:
        return Response(selectors.template_list(signed_in(request)))


class Menus(View):
    def get(self, request: Request) -> Response:
        return Response(selectors.menus(signed_in(request)))


class Compare(View):
    def post(self, request: Request) -> Response:
        fields = self.parsed(request, Comparison)
        return Response(
            selectors.compare(
                signed_in(request),
                rule_set_ids=fields.get("rule_sets", []),
                template_codes=fields.get("templates", []),
                fact_sets=fields.get("fact_sets"),
            )
        )


WITH_REASON: dict[str, Any] = {
    "send-back": rule_sets.send_back,
    "retire": rule_sets.retire,
    "roll-back": rule_sets.roll_back,
}
