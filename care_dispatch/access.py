"""Who may see and do what: roles, the tier each reads in, and the one table of what a tier is shown."""

from enum import StrEnum

from care_dispatch.refusal import Forbidden


class Role(StrEnum):
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    CLINICIAN = "clinician"
    OFFICER = "officer"
    PARTNER = "partner"


class Tier(StrEnum):
    """Audience of a card: with a center it names exactly one representation of each thing."""

    DISPATCH = "dispatch"
    CARE = "care"
    FIELD = "field"
    PARTNER = "partner"


# An admin configures; an admin's sign-in opens no call (no tier).
TIER_OF_ROLE: dict[str, Tier | None] = {
    Role.DISPATCHER: Tier.DISPATCH,
    Role.SUPERVISOR: Tier.DISPATCH,
    Role.CLINICIAN: Tier.CARE,
    Role.OFFICER: Tier.FIELD,
    Role.PARTNER: Tier.PARTNER,
    Role.ADMIN: None,
}

# What each tier is shown beyond the operational fields (C0) every tier has.
# Narrative audiences; the caller's identity; clinical work; facts as values or only as safety words; the earlier calls
# of the place, and among them those about mental health.
SEES: dict[Tier, frozenset[str]] = {
    Tier.DISPATCH: frozenset(
        {"narrative:shared", "narrative:dispatch", "caller", "facts", "verdict", "outcome", "premise"}
    ),
    Tier.CARE: frozenset(
        {
            "narrative:shared",
            "narrative:care",
            "facts",
            "verdict",
            "outcome",
            "referral",
            "follow_up",
            "advice",
            "premise",
            "premise:care",
        }
    ),
    Tier.FIELD: frozenset({"narrative:shared", "safety", "premise"}),
    Tier.PARTNER: frozenset(),
}

# Who drafts, tries and watches the rules.
RULE_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})
DISPATCH_ROLES = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
FIELD_ROLES = frozenset({Role.CLINICIAN, Role.OFFICER})


def tier_of(role: str) -> Tier:
    """The tier a role reads in; raises Forbidden for a role that reads no calls."""
    tier = TIER_OF_ROLE.get(role)
    if tier is None:
        raise Forbidden("This sign-in configures the system and does not open calls.")
    return tier


def sees(tier: str, what: str) -> bool:
    return what in SEES[Tier(tier)]
