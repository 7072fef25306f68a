"""One replay from file to sums: lays the ground, plays, ends what is open, counts and compares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from calls.replay.advised import Advised
from calls.replay.counts import Counts, Stored, differences
from calls.replay.ground import Ground, lay
from calls.replay.pace import Pace
from calls.replay.player import Player
from calls.replay.readers import Recording
from calls.replay.report import SPANS, Figure, figures, table, times_of_file
from calls.replay.selectors import levels, stage_times, stored
from calls.replay.storm import Storm
from calls.simulation.timing import at_share, steady
from teams.models import Center

# The storm's luck: the same file is worked the same way each time.
SEED = "storm"


@dataclass(frozen=True)
class Result:
    center_code: str
    counts: Counts
    stored: Stored
    levels: Mapping[int | None, int]
    differences: list[str]
    report: list[str]
    advised: Advised | None = None


def replay(
    recording: Recording,
    *,
    code: str,
    again: bool,
    pace: Pace,
    step: Callable[[], None],
    begun: Callable[[Center], None],
    report: bool = False,
    recommend: bool = False,
) -> Result:
    """Play a recording into a center of its own, which ``begun`` is told. ``step`` is called after each recorded event.

    ``recommend``: ask the recommendation at each dispatch; a storm sends whom it names.
    """
    events = recording.events
    ground = lay(recording.source, code=code, again=again, now=events[0].at)
    begun(ground.center)
    advised = Advised(ground, events[0].at) if recommend else None
    if recording.source.worked_by_simulation:
        counts = Counts()
        Storm(ground, pace, steady(SEED), counts=counts, advised=advised).run(events, step)
        return _result(ground, counts, recording, advised, report=report)
    ground.add_named(sorted({event.unit for event in events if event.unit}), events[0].at)
    last_seq = {event.incident: event.seq for event in events}
    player = Player(recording.source, ground, last_seq, triage_at_once=pace.speed is None, advised=advised)
    for event in events:
        pace.wait_until(event.at, meanwhile=player.triage_waiting)
        player.play(event)
        step()
    player.finish(max(event.at for event in events))
    return _result(ground, player.counts, recording, advised, report=report)


def _result(ground: Ground, counts: Counts, recording: Recording, advised: Advised | None, *, report: bool) -> Result:
    found = stored(ground.center.pk)
    lines = []
    if report:
        simulated = recording.source.worked_by_simulation
        theirs = published() if simulated else figures(times_of_file(recording.events))
        lines = table("published" if simulated else "file", figures(stage_times(ground.center.pk)), theirs)
    return Result(
        center_code=ground.center.code,
        counts=counts,
        stored=found,
        levels=levels(ground.center.pk),
        differences=differences(counts, found, incidents=len({event.incident for event in recording.events})),
        report=lines,
        advised=advised,
    )


def published() -> dict[str, Figure]:
    """The published percentiles a simulated unit's times are drawn from, where a span is one draw."""
    spans = {
        "dispatch to en route": "turnout",
        "en route to on scene": "travel",
        "on scene to transport": "on_scene",
        "transport to facility": "transport",
    }
    return {
        name: Figure(0, at_share(spans[name], 0.5), at_share(spans[name], 0.9)) for name, _, _ in SPANS if name in spans
    }
