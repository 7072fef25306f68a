"""What the phone page of a crew shows: the own unit, its call, and what it owes; one selector."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Prefetch, prefetch_related_objects
from django.utils.timesince import timesince

from calls import clinician_phone, consults
from calls.call_ahead import call_back_unsafe
from calls.cautions.selectors import shown_on
from calls.co_response import staging_point
from calls.codes import called, lists_of, words_of
from calls.consults_phone import OFFERED_FACTS
from calls.corrections import stage_before
from calls.facilities import facilities
from calls.fetch import own_unit_ids
from calls.lifecycle import MODES, arrived
from calls.models import Alert, Assignment, Call, Code, Consult, ConsultOffer, NarrativeEntry
from calls.next_step import next_step, other_steps
from calls.pair import etas
from calls.places.address import read
from calls.places.gazetteer import ground_of
from calls.places.matching import candidates
from calls.premise import earlier_calls
from calls.radio import radio_text
from calls.selectors import dispositions_owed, readable_narrative, safety_words, transports_owed
from calls.triage.facts import FACTS, NOT_ASKED
from care_dispatch.access import FIELD_ROLES, SEES, Role, tier_of
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden
from teams.aboard import able, lacking, rows_of
from teams.models import Discipline, Shift, Unit, UnitPosition, User
from teams.selectors import center_id_of

# How long a crew stays on from now with one tap.
LONGER = timedelta(hours=2)
Menus = Mapping[str, list[dict[str, str]]]


def own_unit(user: User, now: datetime) -> Unit | None:
    """The unit this person is on shift with; raises Forbidden for a role that has none."""
    if user.role not in FIELD_ROLES:
        raise Forbidden("This page is for crews; dispatch works at the console.")
    unit_id = next(iter(own_unit_ids(user, now)), None)
    current = Assignment.objects.open().select_related("call")
    crew = Shift.objects.filter(during__contains=now).select_related("user").order_by("pk")
    prefetched = (Prefetch("assignments", current, to_attr="current"), Prefetch("shifts", crew, to_attr="crew"))
    return Unit.objects.prefetch_related(*prefetched).get(pk=unit_id) if unit_id else None


def page(user: User, now: datetime) -> dict[str, Any]:
    """Everything on the page, in words ready to show; times stay datetimes for the template."""
    unit = own_unit(user, now)
    clinician = user.role == Role.CLINICIAN
    asked = consults.consults(user, now)
    menus = lists_of(center_id_of(user))
    shown: dict[str, Any] = {
        "clinician": clinician,
        "unit": unit,
        "units_to_join": [] if unit else _units_to_join(user, now),
        "seen": _seen(user, now, asked),
        "owed": _owed(user, now),
        **(_aboard(unit, user, now) if unit else {}),
        "away_reasons": menus[Code.List.AWAY_REASONS],
        "away": called(unit.center_id, Code.List.AWAY_REASONS, unit.unavailable_reason) if unit else "",
        "shared": unit is not None and UnitPosition.objects.filter(unit=unit, shared_by=user).exists(),
        "transports": transports_owed(user, now),
        "facilities": partial(facilities, center_id_of(user)),  # read only where a form of a ride is shown
        "legal_bases": Assignment.LegalBasis.choices,
        "rides": Assignment.Rides.choices,
        "dispositions": menus[Code.List.DISPOSITIONS],
        "audiences": audiences(user),
        "calls_to_make": clinician_phone.calls_to_make(user, now),
        "heard_results": clinician_phone.RESULTS,
        "consults": _consults(user, unit, asked, now),
        **consult_forms(),
        "gazetteer": partial(_has_gazetteer, user),  # read only where a place is asked for
        "alerts": _alerts(unit),
        "emergency": _emergency(user, unit),
    }
    on = current_assignment(unit)
    if unit and on:
        shown |= _on_call(user, unit, on, menus, now)
    return shown


def _aboard(unit: Unit, user: User, now: datetime) -> dict[str, Any]:
    """What the unit can do with the crew it has, what CARE's own crew lacks, and whether somebody goes home soon."""
    row = rows_of([unit.pk], now)[unit.pk]
    has, kinds = able(row), row["kinds"] or ()
    crew = (row["crew"] or ()) if user.role == Role.CLINICIAN else ()
    lacks = [(one["name"], [kind["words"] for kind in lacking(one["duty"], one["holds"], kinds)]) for one in crew]
    ends = [shift.during.upper for shift in unit.crew if shift.during.upper]  # type: ignore[attr-defined]  # by own_unit
    return {
        "able": [word.replace("_", " ") for word in sorted(has.capabilities)] + sorted(has.languages),
        "lacks": [(name, words) for name, words in lacks if words],
        "longer": any(end < now + LONGER for end in ends),
    }


def current_assignment(unit: Unit | None) -> Assignment | None:
    """What a unit given by own_unit is on."""
    current: list[Assignment] = unit.current if unit else []  # type: ignore[attr-defined]  # filled by own_unit
    return current[0] if current else None


def _on_call(user: User, unit: Unit, on: Assignment, menus: Menus, now: datetime) -> dict[str, Any]:
    call = Call.objects.select_related("verdict", "center").get(pk=on.call_id)
    mode, mode_label = MODES[call.mode_override or call.response]
    step = next_step(
        discipline=unit.discipline,
        role=on.role,
        status=on.status,
        cleared_to_enter=on.cleared_to_enter_at is not None,
    )
    others = other_steps(discipline=unit.discipline, status=on.status, next_status=step.status if step else "")
    partners = list(call.assignments.open().exclude(pk=on.pk).select_related("unit").order_by("pk"))
    coming = etas(call, partners, now)
    return {
        "on": on,
        "call": call,
        "mode_label": mode_label,
        "mode": mode,
        "safety": safety_words(call),
        "cautions": shown_on(call.pk),
        "premise": _premise(call, tier_of(user.role), now),
        "next": step,
        "others": others,
        "back": Assignment.Status(before) if (before := stage_before(on)) else None,
        "waits": on.role == Assignment.Role.STAGE and on.cleared_to_enter_at is None,
        "partners": [_partner(a, coming.get(a.unit_id), now) for a in partners],
        **_keys(user, unit, on, partners),
        "staging": staging_point(
            point=call.staging_point, lat=call.staging_lat, lng=call.staging_lng, location=call.location
        ),
        "radio": radio_text(call.verdict.facts if call.verdict else {}, location=call.location),
        "ahead": _ahead(call) if unit.discipline == Discipline.CARE and not arrived(on.status) else None,
        "narrative": list(readable_narrative(call, tier_of(user.role)).order_by("-written_at", "-pk")[:50]),
        # The one key of a CARE unit that clears; a disposition is owed only after "engaged".
        "outcomes": [one for one in menus[Code.List.OUTCOMES] if one["value"] != Assignment.Outcome.NONE]
        if unit.discipline == Discipline.CARE
        else [],
    }


def _partner(a: Assignment, eta: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    return {
        "callsign": a.unit.callsign,
        "status": a.get_status_display(),
        "minutes": _minutes(eta),
        "since": timesince(getattr(a, f"{a.status}_at", None) or a.dispatched_at, now),
        "cleared": a.cleared_to_enter_at is not None,
        "stages": a.role == Assignment.Role.STAGE,
    }


def _keys(user: User, unit: Unit, on: Assignment, partners: Iterable[Assignment]) -> dict[str, Any]:
    """What decides which buttons this crew is shown, by who it is, where it is and who is on the call with it."""
    police, at_scene = unit.discipline == Discipline.POLICE, arrived(on.status)
    care = [a for a in partners if a.unit.discipline == Discipline.CARE]
    # Only who is there can have made it safe: on the way, the biggest button must not be the wave.
    waves = police and at_scene and user.role == Role.OFFICER
    return {
        "keeps_mileage": unit.discipline in Assignment.KEEPS_MILEAGE,
        "police": police,
        "care": unit.discipline == Discipline.CARE,
        "at_scene": at_scene,
        "care_on_it": bool(care),
        "care_stays": police and bool(care),
        "to_wave_in": [a for a in care if waves and a.cleared_to_enter_at is None],
    }


def _premise(call: Call, tier: str, now: datetime) -> dict[str, Any]:
    """The earlier calls of the place, with how each ended and what came of it in words."""
    found = earlier_calls(call, tier, now)
    words = words_of(call.center_id) if found["calls"] else {}
    for row in found["calls"]:
        row["ended"] = words[Code.List.CLOSED_AS][row["closed_as"]] if row["closed_as"] else "Open"
        row["came_of"] = [
            ", ".join(
                [one["callsign"], *(words[f"{name}s"][one[name]] for name in ("outcome", "disposition") if one[name])]
            )
            for one in row["came_of"]
        ]
    return found


def _minutes(eta: Mapping[str, Any] | None) -> int | None:
    return max(1, round(eta["seconds"] / 60)) if eta else None


def _ahead(call: Call) -> dict[str, Any]:
    """Whom the team may phone before it arrives; who asked not to be named is left out."""
    prefetch_related_objects([call], "callers")
    named = [one for one in call.callers.all() if one.phone and not one.do_not_disclose and one.safe_to_call != "no"]
    return {"callers": named, "unsafe": call_back_unsafe(call)}


def audiences(user: User) -> list[tuple[str, str]]:
    """Who may be written for: what this tier reads, its own first, which is the default."""
    reads = SEES[tier_of(user.role)]
    found = [(value, label) for value, label in NarrativeEntry.Audience.choices if f"narrative:{value}" in reads]
    return sorted(found, key=lambda pair: pair[0] != NarrativeEntry.Audience.CARE)


def _owed(user: User, now: datetime) -> list[dict[str, Any]]:
    return [
        row | {"age": timesince(datetime.fromisoformat(row["owed_since"]), now)} for row in dispositions_owed(user, now)
    ]


def _consults(user: User, unit: Unit | None, asked: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """For a clinician those to answer, the offered first, and the own ones to end; an officer sees the own unit's."""
    callsign = unit.callsign if unit else None
    rows = [
        row | {
            **_in_words(row),
            "age": timesince(datetime.fromisoformat(row["asked_at"]), now),
            "offered": row["offered_user"] == user.pk,
            "mine": callsign is not None and row["answering_unit"] == callsign and row["ended_at"] is None,
            "ask": [question | {"options": _options(question["values"])} for question in row["ask"]],
        }
        for row in asked
        if user.role == Role.OFFICER or row["ended_at"] is None
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["offered"], not row["mine"]))


def _in_words(row: dict[str, Any]) -> dict[str, str]:
    kind = dict(Consult.Requester.choices)[row["requester_kind"]]
    return {
        "who": row["requester_unit"] or row["requester_agency"] or kind,
        "question_label": dict(Consult.Question.choices)[row["question"]],
        "result_label": dict(Consult.Result.choices).get(row["result"], ""),
    }


def _options(values: Iterable[str]) -> list[tuple[str, str]]:
    """The answers to a question as values and words; "not asked" is the empty one before them."""
    return [(value, value.replace("_", " ")) for value in values if value != NOT_ASKED]


def consult_forms() -> dict[str, Any]:
    """The closed lists of the consult forms."""
    return {
        "questions": Consult.Question.choices,
        "modes": Consult.Mode.choices,
        "offered_facts": [
            {"name": name, "label": FACTS[name].label, "options": _options(FACTS[name].values)}
            for name in OFFERED_FACTS
        ],
        "with_person": Consult.WithPerson.choices,
        "advice_types": Consult.Advice.choices,
        "results": Consult.Result.choices,
        "uncovered": Consult.Uncovered.choices,
        "confirmations": [pair for pair in Consult.Confirmation.choices if pair[0] != Consult.Confirmation.NOT_REACHED],
        "pass_reasons": ConsultOffer.PassReason.choices,
    }


def _has_gazetteer(user: User) -> bool:
    return ground_of(center_id_of(user)).known


def places_like(user: User, typed: str) -> list[dict[str, str]]:
    """What the gazetteer has like it, each as it can be put in its place; the apartment that was typed stays."""
    ground = ground_of(center_id_of(user))
    unit = read(typed, ground.cities).unit
    behind = f", Apt {unit}" if unit else ""
    return [{"label": match.label + behind, "detail": match.detail} for match in candidates(ground, typed)]


def _emergency(user: User, unit: Unit | None) -> Alert | None:
    """The own call for help that is not over: whether somebody has heard it."""
    cause = f"duress:{unit.pk}" if unit else f"duress:user:{user.pk}"
    return Alert.objects.open().filter(center_id=center_id_of(user), cause=cause).first()


def _alerts(unit: Unit | None) -> list[Alert]:
    """Alerts this unit must hear of and has not acknowledged."""
    if unit is None:
        return []
    return list(
        Alert.objects.filter(closed_at__isnull=True, told__unit=unit, told__told_at__isnull=True).order_by("raised_at")
    )


def _units_to_join(user: User, now: datetime) -> list[Unit]:
    """Units of the own agency without a crew now."""
    units = Unit.objects.filter(agency=user.agency_id, retired=False).exclude(shifts__during__contains=now)
    return list(units.order_by("callsign"))


def seen(user: User, now: datetime) -> str:
    """A short word that changes when something on the page did: the page asks for it every few seconds."""
    return _seen(user, now, consults.consults(user, now))


def _seen(user: User, now: datetime, asked: list[dict[str, Any]]) -> str:
    unit_ids = own_unit_ids(user, now)
    call_id = Assignment.objects.open().filter(unit__in=unit_ids).values_list("call_id", flat=True).first()
    newest = 0
    for column, value in (("call_id", call_id), ("unit_id", unit_ids[0] if unit_ids else None)):
        if value is not None:
            newest = max(newest, Event.objects.filter(**{column: value}).aggregate(at=Max("seq"))["at"] or 0)
    waiting = [_step(row, user) for row in asked]
    return f"{newest}.{'.'.join(waiting)}.{clinician_phone.news(user)}"


def _step(row: dict[str, Any], user: User) -> str:
    """Where a consult stands for this person, as one word."""
    offered = "o" * (row["offered_user"] == user.pk)
    told = "".join(str(len(row[name] or "")) for name in ("answered_at", "read_back_at", "dispatched_at", "ended_at"))
    return f"{row['id']}{offered}{told}{len(row['missing'])}"


def clock(user: User) -> ZoneInfo:
    """The zone every time on the page is shown in: the center's."""
    return ZoneInfo(user.center.time_zone if user.center else "UTC")
