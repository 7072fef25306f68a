"""What the bench does with numbers: percentiles, ratios over blocks, targets, the table and the JSON. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Blocks = Sequence[Sequence[float]]


def percentile(values: Sequence[float], percent: float) -> float:
    """Interpolated between the two nearest values, as everybody's spreadsheet does."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no samples")
    place = (len(ordered) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def over_blocks(product: Blocks, limit: Blocks, percent: float) -> float:
    """The median of each block's ratio: a slow minute of the machine spoils one block, not the answer."""
    return median(
        percentile(ours, percent) / percentile(theirs, percent) for ours, theirs in zip(product, limit, strict=True)
    )


def pooled(blocks: Blocks) -> list[float]:
    return [value for block in blocks for value in block]


def push_figures(name: str, product: Blocks, commits: Blocks, limit: Blocks, bare: Blocks) -> dict[str, float]:
    """All in ms. ``product``: POST sent to last console; ``commits``: commit to last console; ``bare``: a bare POST."""
    all_ours, all_limit = pooled(product), pooled(limit)
    return {
        f"{name}.p50_ms": percentile(all_ours, 50),
        f"{name}.p99_ms": percentile(all_ours, 99),
        f"{name}.commit_p50_ms": percentile(pooled(commits), 50),
        f"{name}.limit_p50_ms": percentile(all_limit, 50),
        f"{name}.limit_p99_ms": percentile(all_limit, 99),
        f"{name}.bare_p50_ms": percentile(pooled(bare), 50),
        f"{name}.ratio_p50": over_blocks(product, limit, 50),
        f"{name}.ratio_p99": over_blocks(product, limit, 99),
        f"{name}.commit_ratio_p50": over_blocks(commits, limit, 50),
        f"{name}.bare_ratio_p50": over_blocks(product, bare, 50),
    }


@dataclass(frozen=True)
class Target:
    """``key`` must be at most (or, with ``least``, at least) ``bound``."""

    key: str
    bound: float
    words: str
    least: bool = False

    def met(self, figures: Mapping[str, float]) -> bool | None:
        """None when this run did not measure it."""
        found = figures.get(self.key)
        if found is None:
            return None
        return found >= self.bound if self.least else found <= self.bound


TARGETS = (
    Target("push_500.commit_ratio_p50", 3.0, "commit to the last of 500, p50, over raw fan-out"),
    Target("push_500.ratio_p50", 4.0, "POST to the last of 500, p50, over raw fan-out"),
    Target("push_500.ratio_p99", 5.0, "POST to the last of 500, p99, over raw fan-out"),
    Target("push_1.bare_ratio_p50", 3.0, "POST to the last of 1, p50, over a bare POST"),
    Target("board_500.sql", 12, "statements for a board of 500 open calls"),
    Target("board.sql_spread", 0, "more statements for 5,000 open calls than for 50"),
    Target("board_500.ms", 100, "server time for a board of 500 open calls, ms"),
    Target("create_1.ratio", 0.35, "calls created by 1 client, over the bare POST's rate", least=True),
    Target("create_8.ratio", 0.35, "calls created by 8 clients, over the bare POST's rate", least=True),
    Target("create_8.per_s", 57, "calls created per second by 8 clients", least=True),
    Target("triage.above_empty_p95_ms", 300, "facts to verdict, p95, above an empty task, ms"),
    Target("race.double", 0, "units sent twice in the races"),
    Target("race.told", 1, "losers told by whom", least=True),
    Target("sustained.received", 1, "received of 60 changes/s x 200 consoles", least=True),
    Target("stuck_peer.ratio", 1.5, "p95 of the others beside a stuck peer, over without"),
    Target("half_sent.ratio_p99", 2.0, "intake p99 beside 100 half-sent requests, over without"),
    Target("hung_valkey.ratio_p99", 2.0, "intake p99 with a hung Valkey, over without"),
    Target("backtest_100k.s", 60, "a draft judged on 100,000 stored fact sets, seconds"),
    Target("recommend_300.p95_ms", 20, "ranking 300 units, p95, ms"),
    Target("recommend_2000.p95_ms", 150, "ranking 2,000 units, p95, ms"),
    Target("duress_100.p95_ms", 1000, "a crew's call for help to the last of 100 consoles, p95, ms"),
    Target("sweep.doubles", 0, "told twice by five sweeps at once over 1,000 that are due"),
    Target("storm_500.s", 2.0, "500 consoles back with a snapshot, seconds"),
)


def table(figures: Mapping[str, float]) -> str:
    """Each figure, then each target with ok or MISSED."""
    width = max(map(len, figures), default=0)
    lines = [f"  {key:<{width}}  {value:>12,.3f}" for key, value in figures.items()]
    lines += ["", "Targets"]
    for target in TARGETS:
        met = target.met(figures)
        if met is not None:
            sign = ">=" if target.least else "<="
            told = f"{figures[target.key]:,.2f} {sign} {target.bound:g}"
            lines.append(f"  {'ok' if met else 'MISSED':<7} {told:<20} {target.words}")
    return "\n".join(lines)


def as_json(figures: Mapping[str, float]) -> str:
    """Flat, sorted, rounded to what can be meant."""
    return json.dumps({key: round(value, 3) for key, value in sorted(figures.items())}, indent=1) + "\n"
