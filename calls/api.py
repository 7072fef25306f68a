"""The calls API: each view parses, performs one action or answers one selector."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from calls import (
    bypass,
    call_ahead,
    clinician_calls,
    closing,
    corrections,
    crew_codes,
    dispatch,
    exchange,
    facts,
    intake,
    joint,
    linking,
    merging,
    narrative,
    recommending,
    scheduled,
    selectors,
    serializers,
    stacking,
    stages,
    transports,
    vocabulary,
)
from calls.disposition_conflicts import disposition_conflicts
from calls.places import verifying
from calls.preview import preview
from calls.units_named import unit_ids_named
from care_dispatch.access import tier_of
from care_dispatch.api import View, if_match
from care_dispatch.refusal import NotFound
from teams.selectors import center_id_of, signed_in


def query(request: Request, serializer: Any) -> dict[str, Any]:
    """Checked query parameters; an unknown one is refused like an unknown field."""
    checked = serializer(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    found: dict[str, Any] = checked.validated_data
    return found


class Calls(View):
    def get(self, request: Request) -> Response:
        wanted = query(request, serializers.Listing)
        rows = selectors.call_list(
            signed_in(request),
            timezone.now(),
            day=wanted.get("day"),
            status=wanted.get("status", ""),
            query=wanted.get("q", ""),
        )
        return Response({"calls": rows})

    def post(self, request: Request) -> Response:
        fields = self.parsed(request, serializers.NewCall)
        return self.change(request, intake.create_call, http_status=201, center=signed_in(request).center, **fields)


class OneCall(View):
    def get(self, request: Request, call_id: int) -> Response:
        detail = selectors.call_detail(signed_in(request), call_id, timezone.now())
        return Response(detail, headers={"ETag": f'"{detail["version"]}"'})

    def patch(self, request: Request, call_id: int) -> Response:
        base = if_match(request)
        changes = self.parsed(request, serializers.CallChanges)
        return self.change(request, intake.change_call, call_id=call_id, base=base, changes=changes)


class CallChange(View):
    """POST to a call: one action, one serializer, named in the URL table."""

    action: Any = None
    serializer: Any = serializers.Nothing
    status = 200

    def post(self, request: Request, call_id: int) -> Response:
        fields = self.parsed(request, self.serializer)
        return self.change(request, self.action, http_status=self.status, call_id=call_id, **fields)


class Send(View):
    def post(self, request: Request, call_id: int) -> Response:
        fields = self.parsed(request, serializers.Send)
        fields["unit_ids"] = unit_ids_named(center_id_of(signed_in(request)), fields.pop("units"))
        if fields.get("take_from"):
            fields.setdefault("take_reason", "")
            return self.change(request, exchange.preempt_units, http_status=201, call_id=call_id, **fields)
        sending = {name: value for name, value in fields.items() if not name.startswith("take_")}
        return self.change(request, dispatch.send_units, http_status=201, call_id=call_id, **sending)


class Recommendation(View):
    def get(self, request: Request, call_id: int) -> Response:
        return Response(recommending.recommendation_for(signed_in(request), call_id, timezone.now()))


class Cancel(View):
    def post(self, request: Request, call_id: int) -> Response:
        reason = self.parsed(request, serializers.Cancel)["reason"]
        return self.change(request, closing.close_call, call_id=call_id, closed_as="cancelled", reason=reason)


class Scheduled(View):
    def get(self, request: Request) -> Response:
        return Response({"calls": scheduled.scheduled_calls(signed_in(request))})


class SealNote(View):
    def post(self, request: Request, note_id: int) -> Response:
        return self.change(request, narrative.seal_note, note_id=note_id, **self.parsed(request, serializers.Reason))


class UnitStatus(View):
    """One door for what a unit reports: a stage on its call, available, or out of service."""

    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, serializers.UnitStatus)
        status = fields.pop("status")
        meant: dict[str, Any] = {"at": fields.pop("at", None), "assignment_id": fields.pop("assignment", None)}
        if status in stages.REPORTED:
            return self.change(request, stages.report_stage, unit_id=unit_id, stage=status, **meant)
        if status == "available":
            for name in ("reason", "until"):
                fields.pop(name, None)
            return self.change(request, stages.free_unit, unit_id=unit_id, **meant, **fields)
        wanted = {name: fields[name] for name in ("reason", "until") if name in fields}
        return self.change(request, stages.set_unit_status, unit_id=unit_id, status=status, **wanted)


class Correction(View):
    """A stage said by mistake."""

    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, serializers.Correction)
        meant = {"stage": fields["status"], "reason": fields["reason"], "assignment_id": fields.get("assignment")}
        return self.change(request, corrections.correct_stage, unit_id=unit_id, **meant)


class Transport(View):
    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, serializers.Transport)
        meant = {"stage": fields.pop("status", ""), "assignment_id": fields.pop("assignment", None)}
        return self.change(request, transports.transport_person, unit_id=unit_id, **meant, **fields)


class CallAhead(View):
    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, serializers.CallAhead)
        return self.change(request, call_ahead.call_ahead, unit_id=unit_id, **fields)


class Exchange(View):
    def post(self, request: Request, unit_id: int) -> Response:
        fields = self.parsed(request, serializers.Exchange)
        call_id = fields.pop("call", None)
        return self.change(request, exchange.exchange_unit, unit_id=unit_id, call_id=call_id, **fields)


class AssignmentChange(View):
    action: Any = None
    serializer: Any = serializers.Nothing

    def post(self, request: Request, assignment_id: int) -> Response:
        fields = self.parsed(request, self.serializer)
        return self.change(request, self.action, assignment_id=assignment_id, **fields)


class DispositionConflicts(View):
    def get(self, request: Request) -> Response:
        return Response({"conflicts": disposition_conflicts(signed_in(request), timezone.now())})


class DispositionsOwed(View):
    def get(self, request: Request) -> Response:
        user, now = signed_in(request), timezone.now()
        owed, rides = selectors.dispositions_owed(user, now), selectors.transports_owed(user, now)
        return Response({"owed": owed, "transports": rides, "codes": crew_codes.codes_owed(user)})


class TriagePreview(View):
    """What triage would say of what is typed; nothing is stored."""

    def post(self, request: Request) -> Response:
        tier_of(signed_in(request).role)
        fields = self.parsed(request, serializers.Preview)
        return Response(preview(center_id_of(signed_in(request)), now=timezone.now(), **fields))


class Drafts(View):
    def get(self, request: Request) -> Response:
        return Response({"drafts": selectors.drafts(signed_in(request))})


class OneDraft(View):
    def get(self, request: Request, draft_id: uuid.UUID) -> Response:
        found = selectors.drafts(signed_in(request), draft_id)
        if not found:
            raise NotFound("There is no such draft.")
        return Response(found[0])

    def put(self, request: Request, draft_id: uuid.UUID) -> Response:
        fields = self.parsed(request, serializers.DraftShape)
        now: datetime = timezone.now()
        intake.save_draft(actor=signed_in(request), now=now, draft_id=draft_id, **fields)
        return Response({"id": str(draft_id)})

    def delete(self, request: Request, draft_id: uuid.UUID) -> Response:
        intake.drop_draft(actor=signed_in(request), draft_id=draft_id)
        return Response(status=204)


class Vocabulary(View):
    def get(self, request: Request) -> Response:
        return Response(vocabulary.everything(center_id_of(signed_in(request))))


CALL_CHANGES: dict[str, tuple[Any, Any, int]] = {
    "narrative": (narrative.add_note, serializers.Note, 201),
    "facts": (facts.state_facts, serializers.Facts, 201),
    "callers": (intake.add_caller, serializers.CallerShape, 201),
    "mode": (dispatch.set_mode, serializers.Mode, 200),
    "hold": (closing.hold_call, serializers.Hold, 200),
    "unhold": (closing.unhold_call, serializers.Nothing, 200),
    "schedule": (scheduled.schedule_call, serializers.Later, 200),
    "bring-back": (scheduled.bring_back, serializers.Nothing, 200),
    "close": (closing.close_call, serializers.Close, 200),
    "reopen": (closing.reopen_call, serializers.Reason, 200),
    "links": (linking.link_calls, serializers.Link, 201),
    "unlink": (linking.unlink_calls, serializers.Unlink, 200),
    "merge": (merging.merge_calls, serializers.Merge, 200),
    "attach": (merging.attach_call, serializers.Attached, 201),
    "unmerge": (merging.unmerge_call, serializers.Reason, 200),
    "split": (linking.split_call, serializers.Split, 201),
    "stack": (stacking.stack_call, serializers.Stack, 201),
    "unstack": (stacking.unstack_call, serializers.Unstack, 200),
    "clinician-call": (clinician_calls.ask_clinician_call, serializers.ClinicianCalls, 201),
    "instead": (clinician_calls.take_step, serializers.Instead, 201),
    "secure": (joint.secure_scene, serializers.Nothing, 200),
    "unsecure": (joint.unsecure_scene, serializers.Nothing, 200),
    "staging": (joint.set_staging, serializers.Staging, 200),
    "police-up": (joint.call_police_up, serializers.Nothing, 201),
    "request-care": (joint.request_care, serializers.Nothing, 200),
    "verify-place": (verifying.verify_place, serializers.Nothing, 200),
    "retriage": (intake.retriage, serializers.Nothing, 200),
}
ASSIGNMENT_CHANGES: dict[str, tuple[Any, Any]] = {
    "clear-to-enter": (stages.clear_to_enter, serializers.Nothing),
    "bypass": (bypass.say_bypass, serializers.WhyOther),
    "release": (stages.release_unit, serializers.Nothing),
    "disposition": (stages.record_disposition, serializers.DispositionShape),
}
