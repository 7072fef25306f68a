"""Entering, reviewing and ending a caution. Which calls it concerns is looked at right after, as due work."""

from datetime import datetime, timedelta
from typing import Any

from calls.alerts import raise_alert
from calls.cautions import kinds
from calls.cautions.numbers import FEWEST_DIGITS, digits_of, same_number
from calls.cautions.wording import complaint, diagnosis
from calls.fetch import lock_call, require_dispatch
from calls.models import Alert, Call, Caller, Caution, CautionOnCall
from calls.places.gazetteer import ground_of
from calls.places.matching import resolve
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import EventKind, perform, record, write
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import Center, User

CAUTION = "caution"
NO_CAUTION = "There is no such caution."


class NotACaution(Invalid):
    """The words name an illness and nothing that was done; the message says what to write."""

    code = "not_a_caution"


class CautionOver(Conflict):
    code = "caution_over"


def enter_caution(
    *,
    actor: User,
    now: datetime,
    severity: str,
    text: str,
    seen_by: str,
    evidence: str,
    location: str = "",
    location_detail: str = "",
    phone: str = "",
    days: int | None = None,
) -> dict[str, Any]:
    """Warn of a place (this unit number, or without one the whole building) or of whoever calls from a number.

    ``seen_by``: one of Caution.Source; ``evidence``: who said so, and when.
    """
    require_dispatch(actor, "enter a caution")
    center = _center_of(actor)
    if wrong := complaint(text) or diagnosis(evidence):
        raise NotACaution(wrong)
    caution = Caution.objects.create(
        center=center, severity=severity, text=text, source=seen_by, evidence=evidence, entered_by=actor, entered_at=now,
        expires_at=_expires_at(center, days, now), **_about(center, location, location_detail, phone),
    )  # fmt: skip
    _changed(kinds.CAUTION_ENTERED, caution, now)
    return {"caution_id": caution.pk}


def _center_of(actor: User) -> Center:
    if actor.center is None:  # require_dispatch has refused it already
        raise NotFound(NO_CAUTION)
    return actor.center


def _expires_at(center: Center, days: int | None, now: datetime) -> datetime:
    if days is not None and days > center.caution_days_at_most:
        raise Invalid(f"A caution stands for {center.caution_days_at_most} days at most; review it when they are over.")
    return now + timedelta(days=days or center.caution_days)


def _about(center: Center, location: str, detail: str, phone: str) -> dict[str, str]:
    """What its calls are matched by."""
    if bool(location) == bool(phone):
        raise Invalid("Say the place or the phone number it is about, one of them.")
    if phone:
        digits = digits_of(phone)
        if len(digits) < FEWEST_DIGITS:
            raise Invalid(
                f"{phone} is too short to know a caller by; a phone number has {FEWEST_DIGITS} digits or more."
            )
        return {"phone": digits}
    place = resolve(ground_of(center.pk), location, detail)
    if not place.premise:
        raise Invalid(f"{location} cannot be read as a place.")
    return {"premise": place.premise, "premise_unit": place.premise_unit, "place": f"{location} {detail}".strip()}


def review_caution(*, actor: User, now: datetime, caution_id: int, days: int | None = None) -> dict[str, Any]:
    """It was looked at and still holds: it stands for so many days from now."""
    require_dispatch(actor, "review a caution")
    caution = _standing(actor, caution_id, now)
    write(caution, reviewed_by=actor, reviewed_at=now, expires_at=_expires_at(caution.center, days, now))
    _changed(kinds.CAUTION_REVIEWED, caution, now)
    return {"caution_id": caution.pk}


def end_caution(*, actor: User, now: datetime, caution_id: int, reason: str) -> dict[str, Any]:
    """It is not true, or true no more. It goes from every call it is shown on and stays on record."""
    require_dispatch(actor, "end a caution")
    caution = _standing(actor, caution_id, now)
    write(caution, ended_by=actor, ended_at=now, end_reason=reason)
    _changed(kinds.CAUTION_ENDED, caution, now)
    return {"caution_id": caution.pk}


def _standing(actor: User, caution_id: int, now: datetime) -> Caution:
    caution = _locked(caution_id)
    if caution is None or caution.center_id != actor.center_id:
        raise NotFound(NO_CAUTION)
    over = caution.ended_at or (caution.expires_at if caution.expires_at <= now else None)
    if over is not None:
        at = caution.center.local(over)
        raise CautionOver(f"This caution was over on {at:%Y-%m-%d}; enter a new one if it holds again.")
    return caution


def _locked(caution_id: int) -> Caution | None:
    # A call that is just being shown it holds its key: that lock and this one stand beside each other.
    rows = Caution.objects.select_for_update(of=("self",), no_key=True).select_related("center")
    return rows.filter(pk=caution_id).first()


def _changed(kind: EventKind, caution: Caution, now: datetime) -> None:
    """Log it, also on every call that shows it, and have its calls looked at."""
    refs = {"caution_id": caution.pk}
    record(kind, center_id=caution.center_id, refs=refs)
    for call_id in _shown_on(caution):
        record(kind, center_id=caution.center_id, call_id=call_id, refs=refs)
    schedule(CAUTION, caution.pk, due_at=now, now=now)


def know_caution(*, actor: User, now: datetime, call_id: int, caution: int) -> dict[str, Any]:
    """Dispatch has read it. It stays on the call."""
    require_dispatch(actor, "acknowledge a caution")
    call = lock_call(actor, call_id, now)
    shown = CautionOnCall.objects.filter(call=call, caution=caution, gone_at__isnull=True).first()
    if shown is None:
        raise NotFound(NO_CAUTION)
    if shown.acknowledged_at is None:
        write(shown, acknowledged_at=now, acknowledged_by=actor)
        record(kinds.CAUTION_KNOWN, center_id=call.center_id, call_id=call.pk, refs={"caution_id": caution})
    return {"caution_id": caution}


# --- due work --------------------------------------------------------------------------------------
def run_caution(caution_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a caution is new, was changed or is over."""
    perform(look_again, actor=None, position="", source=source, now=now, caution_id=caution_id)


def look_again(*, actor: None, now: datetime, caution_id: int) -> dict[str, Any]:
    """Every open call it concerns, or is shown on, goes to triage, which shows it or takes it away."""
    caution = _locked(caution_id)
    finish(CAUTION, caution_id)
    if caution is None:
        return {}
    if caution.ended_at is None and caution.expires_at <= now:
        record(kinds.CAUTION_EXPIRED, center_id=caution.center_id, refs={"caution_id": caution.pk})
    elif caution.ended_at is None and caution.center.timers_run:
        schedule(CAUTION, caution.pk, due_at=caution.expires_at, now=now)
    for call_id, version in _calls_of(caution):
        schedule("triage", call_id, due_at=now, now=now, version=version)
    return {"caution_id": caution.pk}


def _calls_of(caution: Caution) -> list[tuple[int, int]]:
    """Open calls with the version of their facts; what was merged into one is looked at through it."""
    of_center = Call.objects.filter(center=caution.center_id)
    if caution.phone:
        callers = Caller.objects.filter(call__center=caution.center_id).exclude(phone="")
        open_ones = callers.exclude(call__status=Call.Status.CLOSED, call__merged_into__isnull=True)
        said = open_ones.values_list("call", "phone")
        named = [call for call, phone in said if same_number(digits_of(phone), caution.phone)]
        found = of_center.filter(pk__in=named)
    else:
        found = of_center.filter(premise=caution.premise)
    meant = {merged or pk for pk, merged in found.values_list("pk", "merged_into")} | set(_shown_on(caution))
    return list(Call.objects.open().filter(pk__in=meant).order_by("pk").values_list("pk", "facts_version"))


def _shown_on(caution: Caution) -> list[int]:
    rows = CautionOnCall.objects.filter(caution=caution, gone_at__isnull=True).order_by("call")
    return list(rows.values_list("call", flat=True))


def caution_gave_up(caution_id: int, attempts: int, error: str, now: datetime) -> None:
    """It fails again and again: somebody has to look at its calls."""
    perform(caution_failed, actor=None, position="", source="sweep", now=now, caution_id=caution_id, what=error)


def caution_failed(*, actor: None, now: datetime, caution_id: int, what: str) -> dict[str, Any]:
    caution = Caution.objects.select_related("center").get(pk=caution_id)
    text = f"A caution ({caution.place or 'of a caller'}) does not reach its calls ({what}); look at the cautions"
    raise_alert(
        center=caution.center, kind=Alert.Kind.WORK_FAILED, text=text, now=now, cause=f"caution:{caution.pk}"
    )  # fmt: skip
    return {"caution_id": caution_id}
