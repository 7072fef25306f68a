"""What calls registers with the parts below it: event kinds, cards and due work."""

from calls import (
    alerts,
    backtests,
    board,
    clinician_calls,
    clinician_rows,
    closing,
    crew_alerts,
    downtime,
    hooks,
    kinds,
    mobile_crisis,
    overrides,
    request_rows,
    scheduled,
    shadows,
    sign_off,
    stacked,
    stacking,
    timers,
    unit_requests,
    verdicts,
)
from calls.cautions import entering as cautions
from calls.cautions import kinds as caution_kinds
from calls.consults import ending, offering
from calls.consults import kinds as consult_kinds
from calls.rule_sets import kinds as rules_kinds
from calls.rule_sets import landing
from care_dispatch.due.work import DueKind, register_due
from care_dispatch.live.cards import CardType, register_card
from care_dispatch.live.hooks import register_urgent
from care_dispatch.log import register_kinds
from teams import notices
from teams.actions import sign_off_checks


def register() -> None:
    register_kinds([*kinds.ALL, *rules_kinds.ALL, *consult_kinds.KINDS, *caution_kinds.KINDS])
    register_card(CardType("call", board.calls_touched, board.call_cards))
    register_card(CardType("unit", board.units_touched, board.unit_cards))
    register_card(CardType("alert", board.alerts_touched, board.alert_cards))
    register_card(CardType("consult", board.consults_touched, board.consult_cards))
    register_due(DueKind("triage", verdicts.run_triage, verdicts.triage_gave_up))
    register_due(DueKind("question", verdicts.run_question, verdicts.triage_gave_up))
    register_due(DueKind(timers.CLOCKS, timers.run_clocks, timers.clocks_gave_up))
    register_due(DueKind(closing.SURFACE, scheduled.run_surface, scheduled.surface_gave_up))
    register_due(DueKind(closing.HOLD, closing.run_hold, closing.hold_gave_up))
    register_due(DueKind(landing.LANDING, landing.run_landing, landing.landing_gave_up))
    register_due(DueKind(alerts.ESCALATE, alerts.run_escalation, alerts.escalation_gave_up))
    register_due(DueKind(alerts.BACK, alerts.run_back, alerts.escalation_gave_up))
    register_urgent([kinds.ALERT_EMERGENCY.name])
    register_due(DueKind(offering.CLOCK, offering.run_clock, offering.clock_gave_up))
    register_due(DueKind(ending.CONFIRM, ending.run_confirm, ending.confirm_gave_up))
    register_due(DueKind(request_rows.ANSWER, unit_requests.run_answer, unit_requests.answer_gave_up))
    register_due(
        DueKind(
            clinician_rows.CLINICIAN_CALL, clinician_calls.run_clinician_call, clinician_calls.clinician_call_gave_up
        )
    )
    register_due(DueKind(mobile_crisis.MOBILE_CRISIS, mobile_crisis.run_expected, mobile_crisis.expected_gave_up))
    register_due(DueKind(stacked.NEXT, stacking.run_next, stacking.next_gave_up))
    register_due(DueKind(cautions.CAUTION, cautions.run_caution, cautions.caution_gave_up))
    sign_off_checks.extend([sign_off.nothing_owed, stacked.nothing_stacked])
    notices.given.append(crew_alerts.raise_notice)
    notices.over.append(alerts.end_cause)
    hooks.verdict_recorded.append(shadows.follow)
    hooks.mode_set.append(overrides.watch)
    for kind in (
        DueKind(downtime.DOWNTIME, downtime.run_kit, downtime.kit_gave_up, unhurried=True, standing=downtime.wanted),
        DueKind(backtests.BACKTEST, backtests.run_backtest, backtests.backtest_gave_up, unhurried=True),
        DueKind(shadows.SHADOW, shadows.run_shadow, shadows.shadow_gave_up, unhurried=True),
        DueKind(overrides.OVERRIDES, overrides.run_overrides, overrides.overrides_gave_up, unhurried=True),
    ):
        register_due(kind)
