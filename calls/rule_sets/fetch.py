"""Fetch with permission: which rule sets a person sees and looks after. Refused looks like missing."""

from django.db import connection
from django.db.models import Q

from calls.models import RuleSet
from care_dispatch.access import RULE_ROLES
from care_dispatch.refusal import Forbidden, NotFound
from teams.models import User

NO_RULES = "There is no such rule set."


class SecondPerson(Forbidden):
    """Whoever wrote it may not approve it."""

    code = "second_person"


def require_rules(actor: User) -> None:
    """Admins and supervisors look after the rules of their center; a sign-in above all centers those for every one."""
    above = actor.is_superuser and actor.center_id is None
    if actor.role not in RULE_ROLES and not above:
        raise Forbidden("Rules are looked after by an admin or a supervisor.")


def seen_by(actor: User) -> Q:
    """The own center's rule sets and those for every center."""
    return Q(center=None) | Q(center_id=actor.center_id)


def find_rule_set(actor: User, rule_set_id: int) -> RuleSet:
    require_rules(actor)
    found = RuleSet.objects.filter(seen_by(actor), pk=rule_set_id).first()
    if found is None:
        raise NotFound(NO_RULES)
    return found


def lock_rule_set(actor: User, rule_set_id: int) -> RuleSet:
    """The rule set, locked until the commit, if this person looks after it."""
    require_rules(actor)
    found = RuleSet.objects.select_for_update(of=("self",)).filter(seen_by(actor), pk=rule_set_id).first()
    if found is None:
        raise NotFound(NO_RULES)
    if found.center_id != actor.center_id:
        raise Forbidden("These are the rules of every center; start a draft of your own from them.")
    return found


def one_at_a_time() -> None:
    """Numbers are given, and what is in force is changed, by one transaction after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('calls rule sets'))")


def next_version() -> int:
    """The number of a new rule set; call one_at_a_time first."""
    newest = RuleSet.objects.order_by("-version").values_list("version", flat=True).first()
    return (newest or 0) + 1
