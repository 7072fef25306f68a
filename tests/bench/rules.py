"""The pure parts alone: verdicts per second, and the reader on a narrative of five hundred characters."""

import time

from calls import triage
from tests.bench.figures import percentile
from tests.bench.ground import Ground

EVALUATIONS, READINGS = 3000, 300
NARRATIVE = (
    "CALLER IS MOTHER. SON 24 HAS NOT SLEPT IN 3 DAYS AND STOPPED HIS MEDS 2 WEEKS AGO. HE IS TALKING TO PEOPLE WHO ARE"
    " NOT THERE. SHE DENIES ANY WEAPONS IN THE HOUSE BUT SAYS HE HAD A KNIFE LAST YEAR. HE SAID HE WANTS TO DIE BUT NO"
    " PLAN. NO ALCOHOL. HE PUNCHED A WALL EARLIER, NOBODY IS HURT. HE IS IN THE GARAGE WITH THE DOOR CLOSED, PACING."
    " SISTER 9 IS IN THE HOUSE. MOTHER SPEAKS SPANISH, SHE ASKS FOR SOMEBODY IN PLAIN CLOTHES. HE WAS IN GREEN OAKS"
    " LAST SPRING AND WENT WITH THEM CALMLY. HE"
)[:500]
FACTS = (
    {"is_behavioral": "yes", "weapon": "denied", "suicide": "ideation"},
    {"is_behavioral": "yes", "weapon": "in_hand", "violence": "in_progress"},
    {"is_behavioral": "maybe"},
    {"is_behavioral": "yes", "weapon": "unknown", "suicide": "passive", "age": "adolescent"},
)


def measure(ground: Ground) -> dict[str, float]:
    rules = triage.parse_rules(triage.default_rules())
    facts = [triage.validate_facts(one) for one in FACTS]
    start = time.perf_counter()
    for number in range(EVALUATIONS):
        triage.evaluate(facts[number % len(facts)], rules)
    per_s = EVALUATIONS / (time.perf_counter() - start)
    triage.read(NARRATIVE, "WELFARE CHECK")
    took = []
    for _ in range(READINGS):
        start = time.perf_counter()
        triage.read(NARRATIVE, "WELFARE CHECK")
        took.append((time.perf_counter() - start) * 1000)
    return {"engine.per_s": per_s, "reader_500.p95_ms": percentile(took, 95)}
