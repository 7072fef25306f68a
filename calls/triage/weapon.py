"""Where a weapon is: in a hand, within reach, to be fetched, put away, long ago, or no weapon at all."""

from dataclasses import dataclass

from calls.triage.clauses import Page, Said, answer
from calls.triage.lexicon import NOTHING, Mark
from calls.triage.patterns import Hit

SEVERAL = frozenset(
    "weapons guns knives pistols rifles shotguns firearms handguns swords armas pistolas cuchillos escopetas ammo"
    " ammunition bullets".split()
)
_AROUND = frozenset(
    "a an the his her my their our some kind of large big small kitchen butcher butchers pocket steak loaded black silver"
    " two un una el la long sharp pair metal baseball huge gran little wooden real semi automatic hunting bowie switch"
    " carving paring bread rusty broken what looks like appears to be type unknown unloaded sort de cocina grande steel"
    " old new another piece wood possible hand own brothers fathers husbands mothers caliber mm 9 22 38 45 357 12 gauge"
    " all any every open very sharpened dads moms and or both that this los las unos unas su sus gun pistol knife rifle one more".split()
)
_FAR_AROUND = _AROUND | frozenset("safe cabinet closet house truck car inside kitchen drawer key keys code back up out to on from".split())
_AFTER = frozenset("esta estan is was are were right out he she has that still half lying and it safe up a just".split())
_WITHIN = 5  # words between a weapon and what is said of it
_KEPT_IN = frozenset({"lock", "locks", "safe", "safes", "cabinet", "case"})


@dataclass(frozen=True, slots=True)
class Found:
    """``value`` None: no weapon of anybody here. ``said``: the words besides the weapon's own that say so."""

    value: str | None
    said: tuple[Said, ...] = ()


def state(page: Page, hit: Hit[Mark]) -> Found:
    """The state of one weapon named in a text."""
    if hit.what.value == NOTHING:
        return Found(None)
    around = _Around(page, hit)
    tool = hit.what.role == "tool"
    if page.near("harmless_use", around.clause) or _somebody_elses(page, hit, around):
        return Found(None)
    if taken_back := page.near("retracted", around.clause):
        return Found("retracted", (taken_back,))
    found = _not_there(page, hit, around) or _in_time(page, hit, around) or _where(around)
    if tool and (found is None or found.value in ("access", "denied") or not around.used(found)):
        return Found(None)
    return found or Found("access")


class _Around:
    """What the words before and after a weapon say of it."""

    def __init__(self, page: Page, hit: Hit[Mark]) -> None:
        self.page, self.hit = page, hit
        self.clause = page.clause(hit.first)
        self.own = page.words[hit.first].text

    def before(self, name: str) -> Said | None:
        """A cue that ends where the weapon begins, through words that only describe it."""
        through = _FAR_AROUND if name in ("access_intent", "secured") else _AROUND
        for said in reversed(list(self.page.all_near(name, (self.clause[0], self.hit.first)))):
            between = self.page.words[said.last + 1 : self.hit.first]
            if len(between) <= _WITHIN and all(word.text in through for word in between):
                return said
        return None

    def after(self, name: str, within: int = _WITHIN) -> Said | None:
        """A cue that begins soon after the weapon."""
        for said in self.page.all_near(name, (self.hit.last + 1, self.clause[1])):
            between = self.page.words[self.hit.last + 1 : said.first]
            if len(between) <= within and all(word.text in _AFTER for word in between):
                return said
        return None

    def over(self, name: str) -> Said | None:
        """A cue that begins before the weapon and ends after it: ``gave the gun to his brother``."""
        cues = self.page.all_near(name, self.clause)
        return next((said for said in cues if said.first < self.hit.first and said.last > self.hit.last), None)

    def near(self, name: str) -> Said | None:
        return self.page.near(name, self.clause)

    def used(self, found: "Found") -> bool:
        """Whether somebody has it: a tool or a stick is a weapon only then."""
        if found.value not in ("unknown", "historic"):
            return True
        return any(self.before(name) for name in ("in_hand holding", "in_hand possession", "recent"))

    def now(self) -> bool:
        """Whether the clause speaks of now; ``today`` in ``earlier today`` does not."""
        other = [said for name in ("today", "days", "lately", "far") for said in self.page.all_near(name, self.clause)]
        return any(not any(_inside(now, one) for one in other) for now in self.page.all_near("now", self.clause))


def _somebody_elses(page: Page, hit: Hit[Mark], around: _Around) -> bool:
    """An officer's, or one that is where its owner lives."""
    holder = page.near("other_holder", around.clause)
    if holder is not None and holder.first <= hit.last and around.before("secured") is None:
        return True
    owner = page.near("weapon_owner", (around.clause[0], hit.first))
    return owner is not None and page.near("elsewhere", (hit.last, page.statement(hit.last)[1])) is not None


def _not_there(page: Page, hit: Hit[Mark], around: _Around) -> Found | None:
    """Denied or not known. A kind that is not known is still a weapon; so is one that is not put down."""
    if around.near("in_hand still"):
        return None
    doubt = page.before("unknown", hit.first) or page.before("possible", hit.first)
    if doubt and page.words[doubt.last + 1].text in ("type", "kind", "make", "caliber"):
        doubt = None
    replied = answer(page, hit.last)
    no = next((said for name in ("no", "denies", "not") if (said := page.before(name, hit.first))), None)
    if doubt and no and no.last + 1 == doubt.first:
        return Found("denied", (no, doubt))
    if doubt and not (no and no.first > doubt.last and page.words[doubt.first].text not in ("unknown", "if")):
        if replied is None or replied.what != "denied":
            return Found("unknown", (doubt,))
    if replied and replied.what in ("denied", "unknown"):
        return Found(replied.what, (replied,))
    if no and not around.near("secured_not"):
        return Found("denied", (no,))
    return None


def _in_time(page: Page, hit: Hit[Mark], around: _Around) -> Found | None:
    """Long ago, unless the clause speaks of now or of its being put away then."""
    if around.before("secured") or around.after("secured", 6):
        return None
    before = page.before("past", hit.first)
    if before:
        return Found("historic", (before,))
    for name in ("far", "lately", "days"):
        said = around.near(name)
        if said and not around.now() and not (name == "lately" and around.before("access_intent")):
            return Found("historic", (said,))
    return None


def _where(around: _Around) -> Found | None:
    """The place, the most telling words first."""
    if still := around.near("in_hand still"):
        return Found("in_hand", (still,))
    held = _held(around)
    if held:
        return held
    fetch, owns = around.before("access_intent"), around.before("access")
    if fetch and not _inside(fetch, owns):
        return Found("access_intent", (fetch,))
    if intent := around.near("access_intent_near"):
        return Found("access_intent", (intent,))
    return _put_away(around) or _at_hand(around)


def _held(around: _Around) -> Found | None:
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
    if holding and reach and not hand and _carried(around, holding):
        return Found("in_reach", (holding, reach))
    return Found("in_hand", (said,))


def _outdone(holding: Said, secured: Said | None) -> bool:
    """``neighbor is holding the`` gun tells more than ``holding``."""
    return secured is not None and secured.last >= holding.last and secured.first < holding.first


def _inside(inner: Said, outer: Said | None) -> bool:
    return outer is not None and outer.first <= inner.first and inner.last <= outer.last


def _carried(around: _Around, holding: Said) -> bool:
    return around.page.words[holding.first].text in ("carrying", "carries", "carry", "packing")


def _put_away(around: _Around) -> Found | None:
    """Locked or taken away, and the person has no key."""
    away = around.before("secured") or around.after("secured", 6) or around.over("secured")
    if away is None and around.page.words[around.hit.last].text in _KEPT_IN:
        away = Said("secured", around.hit.first, around.hit.last)
    if away is None:
        return None
    page, (first, after) = around.page, around.page.statement(around.hit.first)
    opens, kept = page.near("secured_not", (first, after)), page.near("secured_key", (first, after))
    if opens and not kept:
        return Found("access", (away, opens))
    return Found("secured", tuple(said for said in (away, kept) if said))


def _at_hand(around: _Around) -> Found | None:
    recent = around.near("today") or around.near("recent_near")
    had, has = around.before("recent"), around.before("in_hand possession")
    reach, stored = around.after("in_reach"), around.after("storage")
    owns = around.before("access") or around.near("access_near")
    if reach:
        return Found("in_reach", (reach,))
    if had or recent:
        return Found("recent", tuple(said for said in (had, recent) if said))
    if stored and not (has and around.page.words[has.first].text in ("with", "w", "con")):
        return Found("access", (stored,))
    if owns:
        return Found("access", (owns,))
    if has and around.own not in SEVERAL:
        return Found("in_hand", (has,))
    if around.hit.what.value == "other" and around.own in ("armed", "armado", "armada"):
        return Found("in_hand")
    if (before := around.page.near("in_reach", (around.clause[0], around.hit.first))) and has is None:
        return Found("in_reach", (before,))
    return Found("access", (has,)) if has else None
