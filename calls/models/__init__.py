"""Tables of what happens: the call and what is said of it, triage, assignments, consults and alerts."""

from calls.models.alert import Alert, AlertTold
from calls.models.assignment import Assignment, StageReport
from calls.models.backtest import Backtest, OverrideDrift, ShadowDifference, ShadowRun
from calls.models.call import Call, Caller, CallNumber, Draft
from calls.models.call_back import CallBack
from calls.models.call_type import CallType
from calls.models.caution import Caution, CautionOnCall
from calls.models.clock_limit import ClockLimit
from calls.models.code import Code
from calls.models.consult import Consult, ConsultOffer, ConsultPolicy, ConsultStatement
from calls.models.facility import Facility
from calls.models.mutual_aid import Agreement, CallShare, UnitRequest
from calls.models.narrative import NarrativeEntry
from calls.models.place import GazetteerEntry
from calls.models.related import CallLink, CallMerge, MergeSide, StackedCall
from calls.models.triage import FactStatement, LocalWord, RuleSet, Verdict
from calls.models.unmet import ClinicianCall, Unmet

__all__ = [
    "Agreement",
    "Alert",
    "AlertTold",
    "Assignment",
    "Backtest",
    "Call",
    "CallBack",
    "CallLink",
    "CallMerge",
    "CallNumber",
    "CallShare",
    "CallType",
    "Caller",
    "Caution",
    "CautionOnCall",
    "ClinicianCall",
    "ClockLimit",
    "Code",
    "Consult",
    "ConsultOffer",
    "ConsultPolicy",
    "ConsultStatement",
    "Draft",
    "Facility",
    "FactStatement",
    "GazetteerEntry",
    "LocalWord",
    "MergeSide",
    "NarrativeEntry",
    "OverrideDrift",
    "RuleSet",
    "ShadowDifference",
    "ShadowRun",
    "StackedCall",
    "StageReport",
    "UnitRequest",
    "Unmet",
    "Verdict",
]
