"""Every closed list a screen needs, as value and label, from the one place each is declared."""

from typing import Any

from calls import codes, triage
from calls.corrections import BACK_TO, CorrectionReason
from calls.facilities import facilities
from calls.lifecycle import MODES
from calls.models import (
    Alert,
    Assignment,
    Call,
    CallBack,
    Caller,
    CallLink,
    Caution,
    ClinicianCall,
    Consult,
    ConsultOffer,
    NarrativeEntry,
    Unmet,
)
from calls.natures import NATURES
from teams.models import Agency, Unit


def everything(center_id: int) -> dict[str, Any]:
    agencies = Agency.objects.filter(center_id=center_id).order_by("code").values("code", "name", "kind")
    return {
        **codes.lists_of(center_id),
        "retired": codes.retired_of(center_id),
        "facts": triage.vocabulary(),
        "natures": [{"code": n.code, "label": n.label, "priority": n.priority} for n in NATURES],
        "responses": [
            {"value": value, "label": MODES[value][1], "mode": MODES[value][0]} for value in Call.Response.values
        ],
        "agencies": list(agencies),
        "units": {"statuses": _pairs(Unit.Status)},
        "priorities": _pairs(Call.Priority),
        "origins": _pairs(Call.Origin),
        "call_statuses": _pairs(Call.Status),
        "instead": _pairs(Unmet.Instead),
        "clinician_results": _pairs(ClinicianCall.Result),
        "bypass_reasons": [one for one in _pairs(Assignment.Bypass) if one["value"] != Assignment.Bypass.OWED],
        "legal_bases": _pairs(Assignment.LegalBasis),
        "rides": _pairs(Assignment.Rides),
        "back_to": [{"value": stage, "label": Assignment.Status(stage).label} for stage in BACK_TO],
        "correction_reasons": _pairs(CorrectionReason),
        "facilities": facilities(center_id),
        "lines": _pairs(Caller.Line),
        "audiences": _pairs(NarrativeEntry.Audience),
        "consult_questions": _pairs(Consult.Question),
        "consult_modes": _pairs(Consult.Mode),
        "consult_results": _pairs(Consult.Result),
        "link_kinds": _pairs(CallLink.Kind),
        "consult_requesters": _pairs(Consult.Requester),
        "consult_with_person": _pairs(Consult.WithPerson),
        "consult_advice": _pairs(Consult.Advice),
        "consult_uncovered": _pairs(Consult.Uncovered),
        "consult_confirmations": _pairs(Consult.Confirmation),
        "consult_pass_reasons": _pairs(ConsultOffer.PassReason),
        "call_back_results": _pairs(CallBack.Result),
        "end_reasons": _pairs(Alert.EndReason),
        "alert_kinds": _pairs(Alert.Kind),
        "caution_severities": _pairs(Caution.Severity),
        "caution_sources": _pairs(Caution.Source),
    }


def _pairs(choices: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices.choices]
