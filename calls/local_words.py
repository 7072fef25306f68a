"""A center's own words for the narrative reader: proposed, approved by a second person, retired; and which are in force."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from calls.models import LocalWord
from calls.rule_sets.fetch import SecondPerson, require_rules
from calls.triage.lexicon import Lexicon, lexicon
from calls.triage.lexicon.additions import (
    SHORTHAND,
    Addition,
    BadAddition,
    checked,
    extended,
    hidden,
    lowered,
    offered,
)
from calls.triage.wording import listed as in_words
from care_dispatch.log import EventKind, record, register_kinds, write
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import User
from teams.selectors import center_id_of

_WORD = frozenset({"local_word_id"})
WORD_PROPOSED = EventKind("word.proposed", refs=_WORD)
WORD_APPROVED = EventKind("word.approved", refs=_WORD)
WORD_RETIRED = EventKind("word.retired", refs=_WORD)
register_kinds([WORD_PROPOSED, WORD_APPROVED, WORD_RETIRED])

Status = LocalWord.Status


class WordThere(Conflict):
    code = "word_there"


class NotProposed(Conflict):
    code = "not_proposed"


class LowersAnAnswer(Invalid):
    """With these words a danger would go unread; the message names where."""

    code = "lowers_an_answer"


# --- changing ----------------------------------------------------------------------------------------
def propose_word(*, actor: User, now: datetime, words: str, fact: str, value: str, comes_from: str) -> dict[str, Any]:
    """Add words to what the reader is to know; a second person approves them."""
    require_rules(actor)
    center_id = center_id_of(actor)
    try:
        one = checked(words, fact, value, comes_from)
    except BadAddition as error:
        raise Invalid(str(error)) from None
    same = LocalWord.objects.filter(center_id=center_id, words=one.words, fact=one.fact)
    if same.exclude(status=Status.RETIRED).exists():
        raise WordThere(f"{one.words!r} is there already; retire it first to give it another meaning.")
    _require_safe(center_id, one)
    row = LocalWord.objects.create(
        center_id=center_id, words=one.words, fact=one.fact, value=one.value, source=one.source, proposed_by=actor,
        proposed_at=now,
    )  # fmt: skip
    record(WORD_PROPOSED, center_id=center_id, refs={"local_word_id": row.pk})
    return {"local_word_id": row.pk, "words": row.words}


def approve_word(*, actor: User, now: datetime, local_word_id: int) -> dict[str, Any]:
    """Put proposed words in force. Looked at again beside what was approved meanwhile."""
    row = _locked(actor, local_word_id)
    if row.status != Status.PROPOSED:
        raise NotProposed(f"{row.words!r} is {row.status}.")
    if row.proposed_by_id == actor.pk:
        raise SecondPerson("You proposed these words; somebody else has to approve them.")
    _require_safe(row.center_id, _as_addition(row))
    write(row, status=Status.APPROVED, approved_by=actor, approved_at=now)
    record(WORD_APPROVED, center_id=row.center_id, refs={"local_word_id": row.pk})
    return {"local_word_id": row.pk}


def retire_word(*, actor: User, now: datetime, local_word_id: int, reason: str) -> dict[str, Any]:
    """Take words out of use at once. What was read with them stays as it was read."""
    row = _locked(actor, local_word_id)
    if row.status == Status.RETIRED:
        raise NotProposed(f"{row.words!r} is retired already.")
    write(row, status=Status.RETIRED, retired_by=actor, retired_at=now, retired_reason=reason)
    record(WORD_RETIRED, center_id=row.center_id, refs={"local_word_id": row.pk})
    return {"local_word_id": row.pk}


def _locked(actor: User, local_word_id: int) -> LocalWord:
    require_rules(actor)
    center_id = center_id_of(actor)
    _one_at_a_time(center_id)
    row = LocalWord.objects.select_for_update(of=("self",)).filter(pk=local_word_id, center_id=center_id).first()
    if row is None:
        raise NotFound("There are no such words.")
    return row


def _one_at_a_time(center_id: int) -> None:
    """Each is looked at beside all others in force, so two are never put in force at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('calls local words'), %s)", [center_id])


def _require_safe(center_id: int, one: Addition) -> None:
    before = lexicon_of(center_id)
    try:
        after = extended([*(_as_addition(row) for row in _in_force(center_id)), one])
    except BadAddition as error:
        raise Invalid(str(error)) from None
    if gone := hidden(one, before, after):
        raise LowersAnAnswer(f"{one.words!r} would hide what it says now of {in_words(gone)}; propose fewer words.")
    if cases := lowered(before, after):
        raise LowersAnAnswer(f"With {one.words!r} a must-pass case comes out lighter: {'; '.join(cases[:3])}.")


# --- reading -----------------------------------------------------------------------------------------
def lexicon_of(center_id: int) -> Lexicon:
    """What the reader knows at this center now; words approved or retired elsewhere count from the next look."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(id ORDER BY id) FROM calls_localword WHERE center_id = %s AND status = 'approved'",
            [center_id],
        )
        (ids,) = cursor.fetchone()
    return _with(tuple(ids)) if ids else lexicon()


@lru_cache(maxsize=16)
def _with(ids: tuple[int, ...]) -> Lexicon:
    """What a row says never changes, so its id is all there is to know."""
    return extended(_as_addition(row) for row in LocalWord.objects.filter(pk__in=ids).order_by("pk"))


def _in_force(center_id: int) -> Iterable[LocalWord]:
    return LocalWord.objects.filter(center_id=center_id, status=Status.APPROVED).order_by("pk")


def _as_addition(row: LocalWord) -> Addition:
    return Addition(row.words, row.fact, row.value, row.source)


def version_words(words: Lexicon) -> str:
    """How a statement names the lexicon it was read with."""
    return f"{words.version.version} {words.version.sha256[:16]}"


def listed(user: User) -> dict[str, Any]:
    """The center's words and what a new one may mean."""
    require_rules(user)
    center_id = center_id_of(user)
    rows = LocalWord.objects.filter(center_id=center_id).select_related("proposed_by", "approved_by")
    return {
        "words": [_row(row, user) for row in rows.order_by("-pk")],
        "meanings": [{"fact": fact, "values": list(values)} for fact, values in offered().items()]
        + [{"fact": SHORTHAND, "values": []}],
        "lexicon": version_words(lexicon_of(center_id)),
    }


def _row(row: LocalWord, user: User) -> dict[str, Any]:
    proposed = row.status == Status.PROPOSED
    return {
        name: getattr(row, name) for name in ("id", "words", "fact", "value", "source", "status", "retired_reason")
    } | {
        "proposed_by": _name(row.proposed_by),
        "approved_by": _name(row.approved_by),
        "may_approve": proposed and row.proposed_by_id != user.pk,
    }


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.username) if user else ""
