"""What a call holds together with the duplicates merged into it: one narrative, one set of facts, every caller."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from calls import triage
from calls.facts import as_stated
from calls.models import Call, CallMerge, FactStatement, NarrativeEntry


def standing_merges(call: Call) -> list[CallMerge]:
    """The merges into this call that nobody has taken back, oldest first."""
    return list(CallMerge.objects.filter(primary=call, undone_at__isnull=True).select_related("merged").order_by("pk"))


def call_ids(call: Call) -> list[int]:
    """The call and the duplicates merged into it."""
    return [call.pk, *(merge.merged_id for merge in standing_merges(call))]


def facts_of(call: Call, own: Iterable[FactStatement] | None = None) -> dict[str, Any]:
    """What the statements on the call and its duplicates come to; the worse wins.

    A duplicate enters as one informant more, when it was merged: what a unit said on the one call before that did
    not look at what was known on the other, and takes nothing of it back.
    """
    own = FactStatement.objects.filter(call=call) if own is None else own
    statements = [as_stated(row) for row in own]
    merges = standing_merges(call)
    for merge in merges:
        entered = triage.effective(map(as_stated, FactStatement.objects.filter(call_id=merge.merged_id)))
        number, at = merge.merged.number, merge.merged_at.isoformat()
        statements += [
            triage.FactStatement(fact, value, "merged", f"call {number}", at, confirmed=True)
            for fact, value in entered.items()
        ]
    return triage.effective(sorted(statements, key=lambda statement: statement.at) if merges else statements)


def unread_entries(call: Call) -> list[NarrativeEntry]:
    """Narrative the reader has not taken in, of the call and what was written on its duplicates after the merge."""
    new = Q(call=call, pk__gt=call.narrative_read_id)
    if call.facts_version:  # a merge raises it
        for merge in standing_merges(call):
            read = max(call.narrative_read_id, merge.merged.narrative_read_id)
            new |= Q(call_id=merge.merged_id, pk__gt=read)
    entries = NarrativeEntry.objects.filter(new, sealed_at__isnull=True)
    return list(entries.exclude(audience=NarrativeEntry.Audience.CARE).order_by("pk"))


def references(call: Call) -> list[dict[str, Any]]:
    """The duplicates this call replaces, and the call it is replaced by, under the words other systems know."""
    found = [
        {"type": "REPLACING", "call_id": merge.merged_id, "number": str(merge.merged.number), "urn": merge.merged.urn}
        for merge in standing_merges(call)
    ]
    if by := call.merged_into:
        found.append({"type": "REPLACED", "call_id": by.pk, "number": str(by.number), "urn": by.urn})
    return found
