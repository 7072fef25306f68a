"""What a draft would change: its answers beside the stored ones, counted. Pure; counts of parts add up to the whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calls.lifecycle import WEIGHT
from calls.triage.parsing import SERVICES, RuleSet
from calls.triage.rules import evaluate

# Of each kind of change this many calls are named, the earliest first; the count is of all.
NAMED = 100
# A cell of fewer people than this could tell who they are (CMS cell size suppression policy): an export merges it.
SMALL = 11
FEW = "fewer than 11"
SPLITS = ("city", "language", "age")
AGES = ("child", "adolescent", "adult", "older", "unknown")
UNKNOWN = "unknown"
_CARE_ALONE = ("care",)
_RANK = {response: rank for rank, response in enumerate(WEIGHT)}
_PLACE = {service: place for place, service in enumerate(SERVICES)}
# The order of danger to the caller and the crew: what goes lighter is read first.
SAME, LIGHTER, MIXED, HEAVIER = "same", "lighter", "mixed", "heavier"
DIRECTIONS = (LIGHTER, MIXED, HEAVIER)

Json = dict[str, Any]
Named = list[list[int]]  # [call id, verdict id]


# --- one call ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Outcome:
    """What rules said: ``services`` in the order of SERVICES, ``rules`` the ids of those that hit."""

    level: int | None
    response: str
    services: tuple[str, ...]
    rules: frozenset[str] = frozenset()

    @property
    def said(self) -> tuple[int | None, str, tuple[str, ...]]:
        """What is sent, without which rules asked for it."""
        return self.level, self.response, self.services


@dataclass(frozen=True, slots=True)
class Case:
    """One call with the facts it was judged on and the answer it got."""

    call_id: int
    verdict_id: int
    facts: Mapping[str, Any]
    before: Outcome
    city: str = UNKNOWN
    language: str = UNKNOWN
    age: str = UNKNOWN


def outcome(level: int | None, response: str, services: Iterable[str], rules: Iterable[str] = ()) -> Outcome:
    """A stored answer, its services in order whatever order they were stored in."""
    return Outcome(level, response, tuple(sorted(services, key=_place)), frozenset(rules))


def _place(service: str) -> int:
    return _PLACE.get(service, len(_PLACE))


def judged(facts: Mapping[str, Any], rules: RuleSet) -> Outcome:
    """What these rules say of the facts; raises what a broken draft raises."""
    verdict = evaluate(facts, rules)
    return Outcome(verdict.level, verdict.response, verdict.services, frozenset(hit["id"] for hit in verdict.hits))


def direction(before: Outcome, after: Outcome) -> str:
    """Lighter when level, response or a service goes down and nothing goes up, heavier the other way, else mixed."""
    if before.said == after.said:
        return SAME
    old, new = set(before.services), set(after.services)
    steps = [
        (after.level or 0) - (before.level or 0),
        _RANK.get(after.response, len(_RANK)) - _RANK.get(before.response, len(_RANK)),
        len(new - old),
        -len(old - new),
    ]
    up, down = any(step > 0 for step in steps), any(step < 0 for step in steps)
    return MIXED if up and down else HEAVIER if up else LIGHTER


def care_alone(before: Outcome, after: Outcome) -> bool:
    """Whether CARE would be alone where it was not: without police, EMS or fire, or in person instead of by phone."""
    if after.services != _CARE_ALONE:
        return False
    return before.services != _CARE_ALONE or after.response == "care_only" != before.response


# --- many calls --------------------------------------------------------------------------------------
@dataclass(slots=True)
class Change:
    """All calls that went from one answer to one other."""

    before: Outcome
    after: Outcome
    n: int = 0
    calls: Named = field(default_factory=list)


@dataclass(slots=True)
class RuleCount:
    """How often one rule hit, and on which calls only one of the two has it hit."""

    before: int = 0
    after: int = 0
    gained: int = 0
    lost: int = 0
    calls_gained: Named = field(default_factory=list)
    calls_lost: Named = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    """One city, language or age band."""

    n: int = 0
    changed: int = 0
    care_alone: int = 0
    lighter: int = 0
    mixed: int = 0
    heavier: int = 0


_Key = tuple[Any, Any]


@dataclass(slots=True)
class Tally:
    """What was counted so far; ``plus`` adds another part of the same calls, in their order."""

    compared: int = 0
    rules_changed: int = 0  # calls on which other rules hit, whether or not that changed the answer
    care_alone: int = 0
    directions: dict[str, int] = field(default_factory=lambda: dict.fromkeys((SAME, *DIRECTIONS), 0))
    levels: dict[_Key, int] = field(default_factory=dict)
    responses: dict[_Key, int] = field(default_factory=dict)
    changes: dict[_Key, Change] = field(default_factory=dict)
    rules: dict[str, RuleCount] = field(default_factory=dict)
    splits: dict[str, dict[str, Cell]] = field(default_factory=lambda: {name: {} for name in SPLITS})
    failed: int = 0
    failures: list[list[Any]] = field(default_factory=list)  # [call id, verdict id, what was raised]
    no_verdict: int = 0  # calls that rules never judged

    def add(self, case: Case, after: Outcome) -> None:
        before, named = case.before, [case.call_id, case.verdict_id]
        self.compared += 1
        _one_more(self.levels, (before.level, after.level))
        _one_more(self.responses, (before.response, after.response))
        way = direction(before, after)
        alone = way != SAME and care_alone(before, after)
        self.directions[way] += 1
        self.care_alone += alone
        for name in SPLITS:
            _count_cell(self.splits[name].setdefault(getattr(case, name), Cell()), way, alone)
        if way != SAME:
            change = self.changes.setdefault((before.said, after.said), Change(before, after))
            change.n += 1
            _name(change.calls, [named])
        self.rules_changed += before.rules != after.rules
        for rule in before.rules | after.rules:
            self._count_rule(self.rules.setdefault(rule, RuleCount()), rule in before.rules, rule in after.rules, named)

    @staticmethod
    def _count_rule(count: RuleCount, was: bool, will: bool, named: list[int]) -> None:
        count.before += was
        count.after += will
        if will and not was:
            count.gained += 1
            _name(count.calls_gained, [named])
        elif was and not will:
            count.lost += 1
            _name(count.calls_lost, [named])

    def fail(self, case: Case, error: Exception) -> None:
        """The draft could not judge this call."""
        self.failed += 1
        self._name_failures([[case.call_id, case.verdict_id, f"{type(error).__name__}: {error}"[:200]]])

    def _name_failures(self, more: Iterable[list[Any]]) -> None:
        self.failures = [*self.failures, *more][:NAMED]

    def plus(self, other: "Tally") -> "Tally":
        """This and what comes after it; the same as counting all at once."""
        self.compared += other.compared
        self.rules_changed += other.rules_changed
        self.care_alone += other.care_alone
        self.failed += other.failed
        self.no_verdict += other.no_verdict
        self._name_failures(other.failures)
        for way, n in other.directions.items():
            self.directions[way] += n
        for mine, theirs in ((self.levels, other.levels), (self.responses, other.responses)):
            for key, n in theirs.items():
                mine[key] = mine.get(key, 0) + n
        for key, change in other.changes.items():
            kept = self.changes.setdefault(key, Change(change.before, change.after))
            kept.n += change.n
            _name(kept.calls, change.calls)
        for rule, count in other.rules.items():
            _add_fields(self.rules.setdefault(rule, RuleCount()), count)
        for name in SPLITS:
            for value, cell in other.splits[name].items():
                _add_fields(self.splits[name].setdefault(value, Cell()), cell)
        return self

    # --- as JSON, kept between parts and shown ---------------------------------------------------------
    def as_dict(self) -> Json:
        """Changes in order of danger: CARE newly alone, then lighter, mixed, heavier, the most calls first."""
        return {
            "compared": self.compared,
            "changed": self.compared - self.directions[SAME],
            "care_alone": self.care_alone,
            **self.directions,
            "rules_changed": self.rules_changed,
            "no_verdict": self.no_verdict,
            "failed": {"n": self.failed, "calls": self.failures},
            "levels": _matrix(self.levels, _level_place),
            "responses": _matrix(self.responses, _response_place),
            "changes": [_change(one) for one in sorted(self.changes.values(), key=_danger)],
            "rules": [_rule(name, self.rules[name]) for name in sorted(self.rules)],
            "splits": {name: _cells(self.splits[name]) for name in SPLITS},
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Tally":
        """What ``as_dict`` told; an empty mapping is an empty tally."""
        tally = cls()
        if not stored:
            return tally
        tally.compared, tally.care_alone = stored["compared"], stored["care_alone"]
        tally.rules_changed, tally.no_verdict = stored["rules_changed"], stored["no_verdict"]
        tally.directions = {way: stored[way] for way in (SAME, *DIRECTIONS)}
        tally.failed, tally.failures = stored["failed"]["n"], list(stored["failed"]["calls"])
        tally.levels = {(row["from"], row["to"]): row["n"] for row in stored["levels"]}
        tally.responses = {(row["from"], row["to"]): row["n"] for row in stored["responses"]}
        for row in stored["changes"]:
            before, after = outcome(**row["from"]), outcome(**row["to"])
            tally.changes[before.said, after.said] = Change(before, after, row["n"], list(row["calls"]))
        for row in stored["rules"]:
            counts = {name: value for name, value in row.items() if name != "id"}
            tally.rules[row["id"]] = RuleCount(**counts)
        for name in SPLITS:
            for row in stored["splits"][name]:
                tally.splits[name][row["value"]] = Cell(**{key: row[key] for key in row if key != "value"})
        return tally


def count(cases: Iterable[Case], rules: RuleSet) -> Tally:
    """Judge each case anew; a draft that raises on a call has that call named and goes on to the next."""
    tally = Tally()
    for case in cases:
        try:
            after = judged(case.facts, rules)
        except Exception as error:  # whatever a draft may raise belongs to the draft
            tally.fail(case, error)
        else:
            tally.add(case, after)
    return tally


def for_export(result: Mapping[str, Any]) -> Json:
    """The counts without any call, and without the name of a city, language or age band of fewer than SMALL calls."""
    shown = {name: value for name, value in result.items() if name not in {"changes", "rules", "failed", "splits"}}
    shown["failed"] = {"n": result["failed"]["n"]}
    shown["changes"] = [_without(row, "calls") for row in result["changes"]]
    shown["rules"] = [_without(row, "calls_gained", "calls_lost") for row in result["rules"]]
    shown["splits"] = {name: _merge_small(cells) for name, cells in result["splits"].items()}
    return shown


def _merge_small(cells: Sequence[Mapping[str, Any]]) -> list[Json]:
    """One small cell merged alone would keep its size: the next smallest is merged with it."""
    ordered = sorted(cells, key=lambda cell: -cell["n"])
    small = [cell for cell in ordered if cell["n"] < SMALL]
    kept = ordered[: len(ordered) - len(small)]
    while small and kept and sum(cell["n"] for cell in small) < SMALL:
        small.append(kept.pop())
    merged = [{name: sum(cell[name] for cell in small) for name in _without(small[0], "value")}] if small else []
    return [dict(cell) for cell in kept] + [{"value": FEW, **cell} for cell in merged]


def _without(row: Mapping[str, Any], *names: str) -> Json:
    return {name: value for name, value in row.items() if name not in names}


def _one_more(counts: dict[_Key, int], key: _Key) -> None:
    counts[key] = counts.get(key, 0) + 1


def _name(names: list[Any], more: Sequence[Any]) -> None:
    if len(names) < NAMED:
        names.extend(more[: NAMED - len(names)])


def _count_cell(cell: Cell, way: str, alone: bool) -> None:
    cell.n += 1
    if way != SAME:
        cell.changed += 1
        cell.care_alone += alone
        setattr(cell, way, getattr(cell, way) + 1)


def _add_fields(mine: Any, theirs: Any) -> None:
    """Add each count, and name more calls while there is room."""
    for name in type(mine).__slots__:
        value = getattr(theirs, name)
        if isinstance(value, list):
            _name(getattr(mine, name), value)
        else:
            setattr(mine, name, getattr(mine, name) + value)


def _danger(change: Change) -> tuple[Any, ...]:
    way = direction(change.before, change.after)
    alone = care_alone(change.before, change.after)
    return (not alone, DIRECTIONS.index(way), -change.n, str((change.before.said, change.after.said)))


def _change(change: Change) -> Json:
    return {
        "from": _said(change.before),
        "to": _said(change.after),
        "direction": direction(change.before, change.after),
        "care_alone": care_alone(change.before, change.after),
        "n": change.n,
        "calls": change.calls,
    }


def _said(answer: Outcome) -> Json:
    return {"level": answer.level, "response": answer.response, "services": list(answer.services)}


def _rule(name: str, counted: RuleCount) -> Json:
    return {"id": name, **{field_name: getattr(counted, field_name) for field_name in RuleCount.__slots__}}


def _cells(cells: Mapping[str, Cell]) -> list[Json]:
    ordered = sorted(cells.items(), key=lambda pair: (-pair[1].n, pair[0]))
    return [{"value": value, **{name: getattr(cell, name) for name in Cell.__slots__}} for value, cell in ordered]


def _matrix(counts: Mapping[_Key, int], place: Callable[[Any], int]) -> list[Json]:
    ordered = sorted(counts.items(), key=lambda pair: (place(pair[0][0]), place(pair[0][1]), str(pair[0])))
    return [{"from": before, "to": after, "n": n} for (before, after), n in ordered]


def _level_place(level: int | None) -> int:
    return level or 0


def _response_place(response: str) -> int:
    return _RANK.get(response, len(_RANK))
