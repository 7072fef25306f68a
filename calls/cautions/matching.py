"""Which cautions concern a call: looked at with every verdict, shown from then on and taken away when they are over.

A caution may raise what is sent and never lower it: it enters the facts as one unconfirmed informant of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from calls.alerts import raise_alert
from calls.cautions import kinds
from calls.cautions.numbers import FEWEST_DIGITS
from calls.models import Alert, Call, Caution, CautionOnCall, FactStatement
from calls.partners import units_on
from calls.places.flats import Flat, flat
from care_dispatch.log import record

FACT, FLAG = "history", "officer_safety_flag"

# numbers.same_number, for the database.
_SAME = (
    f"length(phones.phone) >= {FEWEST_DIGITS}"
    " AND right(phones.phone, length(k.phone)) = right(k.phone, length(phones.phone))"
)
# Of the call and the duplicates merged into it: what concerns it now, and what it shows already.
_CONCERNING = f"""
WITH one AS (SELECT id, premise, premise_unit FROM calls_call WHERE id = %(call)s OR merged_into_id = %(call)s),
phones AS (SELECT right(regexp_replace(p.phone, '[^0-9]', '', 'g'), 10) AS phone
  FROM calls_caller p JOIN one ON one.id = p.call_id)
SELECT k.id, k.severity, k.premise_unit, k.phone <> '',
  CASE WHEN k.ended_at IS NULL AND k.expires_at > %(now)s THEN ARRAY(
    SELECT one.premise_unit FROM one WHERE k.premise <> '' AND one.premise = k.premise
    UNION ALL SELECT '' FROM phones WHERE k.phone <> '' AND {_SAME}) ELSE '{{}}' END,
  o.id, o.id IS NOT NULL AND o.gone_at IS NULL, coalesce(o.unit_unknown, false)
FROM calls_caution k LEFT JOIN calls_cautiononcall o ON o.caution_id = k.id AND o.call_id = %(call)s
WHERE k.center_id = %(center)s AND (o.id IS NOT NULL AND o.gone_at IS NULL
  OR k.ended_at IS NULL AND k.premise <> '' AND k.premise IN (SELECT premise FROM one)
  OR k.ended_at IS NULL AND k.phone <> '' AND EXISTS (SELECT 1 FROM phones WHERE {_SAME}))
ORDER BY k.id
"""  # noqa: S608


@dataclass(frozen=True)
class _Row:
    """One caution beside one call. ``units``: the unit numbers of the call where the rest fits; none: it does not."""

    caution_id: int
    severity: str
    unit: str
    of_caller: bool
    units: Sequence[str]
    on_id: int | None
    shown: bool
    was_unknown: bool

    @property
    def concerns(self) -> bool:
        return any(flat(unit, self.unit) != Flat.OTHER for unit in self.units)

    @property
    def unit_unknown(self) -> bool:
        """The caution is about one flat and the call does not say which: it may be this one or another."""
        return bool(self.unit) and not self.of_caller and all(flat(unit, self.unit) != Flat.SAME for unit in self.units)

    def raises(self, *, unit_unknown: bool) -> bool:
        """Whether police go for it: a danger also while the flat is not known, a caution only where it is this one."""
        return self.severity == Caution.Severity.DANGER or self.severity in Caution.FLAGS and not unit_unknown

    @property
    def raises_now(self) -> bool:
        return self.concerns and self.raises(unit_unknown=self.unit_unknown)

    @property
    def raised(self) -> bool:
        return self.shown and self.raises(unit_unknown=self.was_unknown)


def take_in_cautions(call: Call, now: datetime) -> list[FactStatement]:
    """Show what concerns the call, take away what does not, and state what it comes to; the call is locked."""
    rows = _rows(call, now)
    new = [row for row in rows if row.concerns and not row.shown]
    gone = [row for row in rows if row.shown and not row.concerns]
    changed = [row for row in rows if row.shown and row.concerns and row.unit_unknown != row.was_unknown]
    for row in [*new, *changed]:
        _show(row, call, now)
    CautionOnCall.objects.filter(pk__in=[row.on_id for row in gone]).update(gone_at=now)
    for kind, those in ((kinds.CAUTION_SHOWN, [*new, *changed]), (kinds.CAUTION_GONE, gone)):
        for row in those:
            record(kind, center_id=call.center_id, call_id=call.pk, refs={"caution_id": row.caution_id})
    found = [_statement(row, call, now) for row in [*new, *changed, *gone] if row.raises_now != row.raised]
    _tell(call, [row for row in new if row.severity in Caution.FLAGS], now)
    call.facts_version += bool(found)
    return FactStatement.objects.bulk_create(found) if found else []


def _rows(call: Call, now: datetime) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNING, {"call": call.pk, "center": call.center_id, "now": now})
        return [_Row(*values) for values in cursor.fetchall()]


def _show(row: _Row, call: Call, now: datetime) -> None:
    """Shown again after it was gone, it has to be acknowledged again."""
    fields = {"unit_unknown": row.unit_unknown}
    if not row.shown:
        fields |= {"shown_at": now, "gone_at": None, "acknowledged_at": None, "acknowledged_by": None}  # type: ignore[dict-item]
    CautionOnCall.objects.update_or_create(call=call, caution_id=row.caution_id, defaults=fields)


def _statement(row: _Row, call: Call, now: datetime) -> FactStatement:
    return FactStatement(
        call=call, fact=FACT, value=[FLAG] if row.raises_now else [], source=FactStatement.Source.PREMISE_HISTORY,
        informant=f"caution {row.caution_id}", confirmed=False, stated_at=now,
    )  # fmt: skip


def _tell(call: Call, new: Sequence[_Row], now: datetime) -> None:
    """Units that are on the call already hear that there is a caution; its words are on their phone."""
    if not new or call.first_dispatched_at is None:
        return
    units = units_on(call)
    if not units:
        return
    danger = any(row.severity == Caution.Severity.DANGER for row in new)
    names = ", ".join(unit.callsign for unit in units)
    text = f"Call {call.number}: a {'DANGER ' if danger else ''}caution is known here: tell {names}"
    raise_alert(
        center=call.center, kind=Alert.Kind.SAFETY_WORSENED, text=text, now=now, call=call, tell=units,
        cause=f"cautions:{call.pk}",
    )  # fmt: skip
