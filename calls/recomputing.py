"""Stored verdicts computed again from their stored facts and frozen rules: the same for ever, or the difference in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from calls import triage
from calls.models import Verdict
from calls.rules_in_force import parsed

COLUMNS = ("level", "response", "services", "lead", "behavioral")


@dataclass(frozen=True)
class Recomputed:
    """``differences``: what is stored and what comes out now, by field; ``other_engine``: it was made by another one."""

    verdict_id: int
    call_id: int
    rule_set_id: int | None
    other_engine: bool
    differences: Mapping[str, tuple[Any, Any]]

    @property
    def words(self) -> str:
        """``call 12 verdict 40: level was 4 and is 3; lead was police and is ems``."""
        changed = "; ".join(f"{name} was {was} and is {now}" for name, (was, now) in self.differences.items())
        engine = " (made by another engine)" if self.other_engine else ""
        return f"call {self.call_id} verdict {self.verdict_id}{engine}: {changed or 'the same'}"


def recompute(verdict: Verdict) -> Recomputed:
    """The verdict again, from nothing but what is stored with it."""
    try:
        now = _plain(_again(verdict))
    except Exception as error:  # rules this engine cannot read are a difference to report, not an end of the run
        now = dict.fromkeys(COLUMNS, f"{type(error).__name__}: {error}"[:200])
    stored = dict(verdict.proof) | {name: getattr(verdict, name) for name in COLUMNS}
    differences = {name: (stored.get(name), value) for name, value in now.items() if stored.get(name) != value}
    # What the columns say has to be what the proof says.
    differences |= {
        f"proof.{name}": (verdict.proof.get(name), getattr(verdict, name))
        for name in COLUMNS
        if verdict.proof.get(name) != getattr(verdict, name)
    }
    other_engine = verdict.engine_version != triage.ENGINE
    return Recomputed(verdict.pk, verdict.call_id, verdict.rule_set_id, other_engine, differences)


def recompute_all(*, center_code: str = "", first_id: int = 0) -> Iterator[Recomputed]:
    """Every stored verdict from ``first_id`` on, oldest first; reads a thousand at a time."""
    rows = Verdict.objects.filter(pk__gte=first_id).select_related("rule_set").defer("rule_set__body").order_by("pk")
    if center_code:
        rows = rows.filter(call__center__code=center_code)
    for verdict in rows.iterator(chunk_size=1000):
        yield recompute(verdict)


def _again(verdict: Verdict) -> dict[str, Any]:
    if verdict.rule_set is None:
        return triage.fallback_verdict(verdict.proof.get("because", "")).as_dict()
    return triage.judge(verdict.facts, parsed(verdict.rule_set))


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    return plain
