"""Who may sign on as what: a duty needs its credentials in force, or a supervisor who says why not."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from care_dispatch.access import Role
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.aboard import able, rows_of
from teams.models import Center, Credential, CredentialKind, Shift, Unit, User


class CredentialNotInForce(Conflict):
    """The message names the person and the credential; a supervisor may sign the person on with a reason."""

    code = "credential_not_in_force"


def forced_where_lacking(
    actor: User | None, center: Center, crew: Sequence[tuple[User, str]], now: datetime, forced_reason: str
) -> set[int]:
    """Who of the crew lacks a credential the duty needs and is forced on: user ids. Raises without a reason."""
    if forced_reason and forced_reason not in Shift.ForcedReason:
        raise Invalid(f"Say why it is forced with one of {', '.join(Shift.ForcedReason.values)}.")
    lacks = _lacks(center, crew, center.local(now).date())
    if lacks and not forced_reason:
        sentences = " ".join(sentence for sentence in lacks.values())
        raise CredentialNotInForce(
            f"{sentences} Renew it in the configuration, or a supervisor signs on with a reason."
        )
    if lacks and (actor is None or actor.role != Role.SUPERVISOR):
        raise Forbidden("Only a supervisor signs somebody on without a credential in force.")
    return set(lacks)


def _lacks(center: Center, crew: Sequence[tuple[User, str]], today: date) -> dict[int, str]:
    """Of each person who lacks something, a sentence that says what."""
    kinds = list(CredentialKind.objects.filter(center=center, retired=False).exclude(needed_for=[]))
    held = Credential.objects.filter(user__in=[user for user, _ in crew], kind__in=kinds, retired=False)
    by_person: dict[tuple[int, int], list[Credential]] = {}
    for one in held if kinds else ():
        by_person.setdefault((one.user_id, one.kind_id), []).append(one)
    found: dict[int, str] = {}
    for user, duty in crew:
        for kind in kinds:
            own = by_person.get((user.pk, kind.pk), [])
            if duty in kind.needed_for and not any(_in_force(one, today) for one in own):
                found.setdefault(user.pk, f"{user.get_full_name() or user.username} {_why(own, kind.words, today)}.")
    return found


def _in_force(one: Credential, today: date) -> bool:
    return (one.issued_on is None or one.issued_on <= today) and (one.expires_on is None or today <= one.expires_on)


def _why(own: Sequence[Credential], words: str, today: date) -> str:
    ended = [one.expires_on for one in own if one.expires_on is not None and one.expires_on < today]
    if ended:
        return f"has a {words} that expired on {max(ended):%Y-%m-%d}"
    return f"has a {words} that is not in force yet" if own else f"has no {words}"


def would_lose(center_id: int, kind: Mapping[str, Any], now: datetime, *, retired: bool) -> dict[str, list[str]]:
    """What units have now and would have no more with this kind (a row as ``aboard.able`` reads it): callsigns by word."""
    callsigns = dict(Unit.objects.filter(center=center_id, retired=False).values_list("pk", "callsign"))
    lost: dict[str, list[str]] = {}
    for unit_id, row in rows_of(callsigns, now).items():
        kinds = [one for one in row["kinds"] or () if one["id"] != kind["id"]] + ([] if retired else [kind])
        before, after = able(row), able(row | {"kinds": kinds})
        for word in (before.capabilities - after.capabilities) | (before.languages - after.languages):
            lost.setdefault(word, []).append(callsigns[unit_id])
    return {word: sorted(units) for word, units in sorted(lost.items())}
