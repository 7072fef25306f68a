"""Where a weapon is: in a hand, within reach, to be fetched, put away, long ago, or no weapon at all."""

from dataclasses import dataclass

from calls.triage.answers import answer
from calls.triage.clauses import Page, Said
from calls.triage.lexicon import NOTHING, Mark
from calls.triage.patterns import Hit

_WITHIN = 5  # words between a weapon and what is said of it


@dataclass(frozen=True, slots=True)
class Found:
    """``value`` None: no weapon of anybody here. ``said``: the words besides the weapon's own that say so."""

    value: str | None
    said: tuple[Said, ...] = ()


def state(page: Page, hit: Hit[Mark]) -> Found:
    """The state of one weapon named in a text."""
    around = Around(page, hit)
    if hit.what.value == NOTHING or around.near("harmless_use") or _somebody_elses(around):
        return Found(None)
    for taken_back in page.all_near("retracted", around.clause):
        if hit.first <= taken_back.last + _WITHIN:
            return Found("retracted", (taken_back,))
    found = _not_there(around) or _in_time(around) or _where(around)
    if hit.what.role == "tool" and (found is None or found.value in ("access", "denied") or not around.used(found)):
        return Found(None)  # a tool or a stick is a weapon only in somebody's hand
    return found or Found("access")


class Around:
    """What the words before and after a weapon say of it."""

    def __init__(self, page: Page, hit: Hit[Mark]) -> None:
        self.page, self.hit = page, hit
        self.clause = page.clause(hit.first)

    def before(self, name: str) -> Said | None:
        """A cue that ends where the weapon begins, through words that only describe it."""
        through = "leads_to_weapon" if name in ("access_intent", "secured") else "describes_weapon"
        for said in reversed(list(self.page.all_near(name, (self.clause[0], self.hit.first)))):
            between = range(said.last + 1, self.hit.first)
            if len(between) <= _WITHIN and all(self._describes(through, at) for at in between):
                return said
        return None

    def _describes(self, through: str, at: int) -> bool:
        return self.page.is_one_of(through, at) or self.page.is_one_of("describes_weapon", at)

    def after(self, name: str, within: int = _WITHIN) -> Said | None:
        """A cue that begins soon after the weapon."""
        for said in self.page.all_near(name, (self.hit.last + 1, self.clause[1])):
            between = range(self.hit.last + 1, said.first)
            if len(between) <= within and all(self.page.is_one_of("after_weapon", at) for at in between):
                return said
        return None

    def over(self, name: str) -> Said | None:
        """A cue that begins before the weapon and ends after it: ``gave the gun to his brother``."""
        cues = self.page.all_near(name, self.clause)
        return next((said for said in cues if said.first < self.hit.first and said.last > self.hit.last), None)

    def near(self, name: str) -> Said | None:
        return self.page.near(name, self.clause)

    def used(self, found: Found) -> bool:
        """Whether somebody has or had it."""
        if found.value not in ("unknown", "historic"):
            return True
        return any(self.before(name) for name in ("in_hand holding", "in_hand possession", "recent"))

    def now(self) -> bool:
        """Whether the clause speaks of now; ``today`` in ``earlier today`` does not."""
        other = [said for name in ("today", "days", "lately", "far") for said in self.page.all_near(name, self.clause)]
        return any(not any(_inside(now, one) for one in other) for now in self.page.all_near("now", self.clause))


def _inside(inner: Said, outer: Said | None) -> bool:
    return outer is not None and outer.first <= inner.first and inner.last <= outer.last


def _somebody_elses(around: Around) -> bool:
    """An officer's, or one that is where its owner lives."""
    page, hit = around.page, around.hit
    holder = around.near("other_holder")
    if holder is not None and holder.first <= hit.last and around.before("secured") is None:
        return True
    owner = page.near("weapon_owner", (around.clause[0], hit.first))
    return owner is not None and page.near("elsewhere", (hit.last, page.statement(hit.last)[1])) is not None


def _not_there(around: Around) -> Found | None:
    """Denied or not known. A kind that is not known is still a weapon; so is one that is not put down."""
    page, hit = around.page, around.hit
    if around.near("in_hand still"):
        return None
    doubt = page.before("unknown", hit.first) or page.before("possible", hit.first)
    if doubt and page.is_one_of("kinds", doubt.last + 1):
        doubt = None
    replied, no = answer(page, hit.last), page.denied(hit.first)
    if doubt and no and no.last + 1 == doubt.first:  # not believed to be armed
        return Found("denied", (no, doubt))
    nearer = doubt and no and no.first > doubt.last and not page.is_one_of("asks_if", doubt.first)
    if doubt and not nearer and (replied is None or replied.what != "denied"):
        return Found("unknown", (doubt,))
    if replied and replied.what in ("denied", "unknown"):
        return Found(replied.what, (replied,))
    if no and not around.near("secured_not"):
        return Found("denied", (no,))
    return None


def _in_time(around: Around) -> Found | None:
    """Long ago, unless the clause speaks of now or of its being put away then."""
    if around.before("secured") or around.after("secured", _WITHIN + 1):
        return None
    if before := around.page.before("past", around.hit.first):
        return Found("historic", (before,))
    for name in ("far", "lately", "days"):
        said = around.near(name)
        if said and not around.now() and not (name == "lately" and around.before("access_intent")):
            return Found("historic", (said,))
    return None


def _where(around: Around) -> Found | None:
    """The place, the most telling words first."""
    if still := around.near("in_hand still"):
        return Found("in_hand", (still,))
    if held := _held(around):
        return held
    fetch, owns = around.before("access_intent"), around.before("access")
    if fetch and not _inside(fetch, owns):
        return Found("access_intent", (fetch,))
    if intent := around.near("access_intent_near"):
        return Found("access_intent", (intent,))
    return _put_away(around) or _at_hand(around)


def _held(around: Around) -> Found | None:
    """In a hand, or in one not long ago."""
    holding, hand = around.before("in_hand holding"), around.after("in_hand hand")
    if holding and (_inside(holding, around.before("access_intent")) or _outdone(holding, around.before("secured"))):
        holding = None
    reach = around.after("in_reach")
    if hand and reach and reach.first <= hand.first and reach.last >= hand.last:
        hand = None
    said = holding or hand
    if said is None:
        return None
    past = around.before("recent")
    lately = None if around.now() else around.near("today")
    if past and not hand or lately:
        return Found("recent", tuple(one for one in (said, past, lately) if one))
    if holding and reach and not hand and around.page.is_one_of("carries", holding.first):
        return Found("in_reach", (holding, reach))
    return Found("in_hand", (said,))


def _outdone(holding: Said, secured: Said | None) -> bool:
    """``neighbor is holding the`` gun tells more than ``holding``."""
    return secured is not None and secured.last >= holding.last and secured.first < holding.first


def _put_away(around: Around) -> Found | None:
    """Locked or taken away, and the person has no key."""
    page, hit = around.page, around.hit
    away = around.before("secured") or around.after("secured", _WITHIN + 1) or around.over("secured")
    if away is None and page.is_one_of("keeps_weapon", hit.last):
        away = Said("secured", hit.first, hit.last)
    if away is None:
        return None
    statement = page.statement(hit.first)
    opens, kept = page.near("secured_not", statement), page.near("secured_key", statement)
    if opens and not kept:
        return Found("access", (away, opens))
    return Found("secured", tuple(said for said in (away, kept) if said))


def _at_hand(around: Around) -> Found | None:
    page, hit = around.page, around.hit
    had, has = around.before("recent"), around.before("in_hand possession")
    recent = around.near("today") or around.near("recent_near")
    if reach := around.after("in_reach"):
        return Found("in_reach", (reach,))
    if had or recent:
        return Found("recent", tuple(said for said in (had, recent) if said))
    stored = around.after("storage")
    if stored and not (has and page.is_one_of("stands_with", has.first)):
        return Found("access", (stored,))
    if owns := around.before("access") or around.near("access_near"):
        return Found("access", (owns,))
    if has and not page.is_one_of("several_weapons", hit.first):
        return Found("in_hand", (has,))
    if page.is_one_of("armed", hit.first):
        return Found("in_hand")
    beside = page.near("in_reach", (around.clause[0], hit.first))
    if beside and has is None:
        return Found("in_reach", (beside,))
    return Found("access", (has,)) if has else None
