"""The life of a rule set: drafted from a template, changed, submitted, approved by a second person, rolled back."""

from calls.rule_sets.drafting import change_draft, start_draft
from calls.rule_sets.publishing import approve_rules, retire, roll_back, send_back, submit_rules
from calls.rule_sets.storing import seed_default_rules, store_rules

__all__ = [
    "approve_rules",
    "change_draft",
    "retire",
    "roll_back",
    "seed_default_rules",
    "send_back",
    "start_draft",
    "store_rules",
    "submit_rules",
]
