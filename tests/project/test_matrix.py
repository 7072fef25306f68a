"""Who may do what: every address of the URL table, every role, and a stranger of another center. An address that is
not listed here fails, so that nobody adds one without saying for whom it is."""

import json
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES, RULE_ROLES, Role
from tests.cast import use_default_rules
from tests.project.whole import Address, Whole, addresses

pytestmark = pytest.mark.django_db

DISPATCH, CREW, LOOK_AFTER = set(DISPATCH_ROLES), set(FIELD_ROLES), set(RULE_ROLES)
CARE, OFFICER, PARTNER = {Role.CLINICIAN}, {Role.OFFICER}, {Role.PARTNER}
ALL = {*Role, "off duty"}
READERS = ALL - {Role.ADMIN}
ON_SHIFT = DISPATCH | CREW
PUBLIC = {*ALL, "anonymous"}
CALL, RULES = "api/calls/<int:call_id>/", "api/rule-sets/<int:rule_set_id>/"
ASKED = "POST api/unit-requests/<int:request_id>/"
CREWS = "POST api/units/<int:unit_id>/"
CONSULT = "api/consults/<int:consult_id>/"

ROLES: dict[str, set[Any]] = {
    # pages
    "GET ": ALL, "GET healthz": PUBLIC, "GET sign-in/": PUBLIC, "POST sign-in/": PUBLIC, "POST sign-out/": PUBLIC,
    "GET admin/password_change/": set(), "POST admin/password_change/": set(),  # leads to the person's own page
    "POST live/ticket": READERS, "GET api/me/": ALL, "GET api/board/": READERS,
    # calls
    "GET api/calls/": READERS, "POST api/calls/": DISPATCH, f"GET {CALL}": ON_SHIFT, f"PATCH {CALL}": DISPATCH,
    f"POST {CALL}dispatch/": DISPATCH, f"POST {CALL}cancel/": DISPATCH, f"GET {CALL}recommendation/": DISPATCH, f"GET {CALL}premise/": ON_SHIFT, "GET api/unmet/": {Role.SUPERVISOR}, f"POST {CALL}not-sent/": DISPATCH, "GET api/not-sent/": DISPATCH,
    f"POST {CALL}clinician-call/": DISPATCH, f"POST {CALL}instead/": DISPATCH,
    "POST api/clinician-calls/<int:clinician_call_id>/": DISPATCH | CARE,
    f"POST {CALL}secure/": DISPATCH | OFFICER, f"POST {CALL}unsecure/": DISPATCH | OFFICER, f"POST {CALL}staging/": DISPATCH,
    f"POST {CALL}police-up/": ON_SHIFT, f"POST {CALL}request-care/": DISPATCH | OFFICER, f"POST {CALL}narrative/": ON_SHIFT,
    f"POST {CALL}facts/": ON_SHIFT, f"POST {CALL}callers/": DISPATCH, f"POST {CALL}mode/": DISPATCH,
    f"POST {CALL}hold/": DISPATCH, f"POST {CALL}unhold/": DISPATCH, f"POST {CALL}close/": DISPATCH,
    f"POST {CALL}reopen/": DISPATCH, f"POST {CALL}retriage/": DISPATCH, f"POST {CALL}links/": DISPATCH,
    f"POST {CALL}unlink/": DISPATCH, f"POST {CALL}merge/": DISPATCH, f"POST {CALL}split/": DISPATCH,
    f"POST {CALL}unmerge/": {Role.SUPERVISOR}, f"POST {CALL}stack/": DISPATCH, f"POST {CALL}unstack/": DISPATCH,
    "POST api/narrative/<int:note_id>/seal/": DISPATCH,  # its author or a supervisor
    "POST api/units/<int:unit_id>/status/": DISPATCH | OFFICER,  # whose unit it is
    "POST api/units/<int:unit_id>/exchange/": DISPATCH,
    "GET api/staffing/": DISPATCH, f"{CREWS}sign-on/": DISPATCH | {"off duty"}, f"{CREWS}hand-over/": DISPATCH | {"off duty"},  # themselves
    f"{CREWS}sign-off/": DISPATCH | OFFICER, f"{CREWS}extend/": DISPATCH | OFFICER,  # whose unit it is
    "POST api/units/<int:unit_id>/correction/": DISPATCH | OFFICER,  # whose unit it is
    "POST api/units/<int:unit_id>/call-ahead/": DISPATCH | OFFICER,  # whose unit it is
    "POST api/units/<int:unit_id>/transport/": DISPATCH | OFFICER,  # whose unit it is
    "POST api/assignments/<int:assignment_id>/clear-to-enter/": DISPATCH | OFFICER,
    "POST api/assignments/<int:assignment_id>/bypass/": DISPATCH,
    "POST api/assignments/<int:assignment_id>/release/": DISPATCH | OFFICER,
    "POST api/assignments/<int:assignment_id>/disposition/": DISPATCH | CARE,
    "GET api/disposition-conflicts/": {Role.SUPERVISOR},
    "GET api/dispositions-owed/": READERS,
    "POST api/alerts/<int:alert_id>/told/": DISPATCH | OFFICER, "POST api/alerts/<int:alert_id>/acknowledge/": DISPATCH,
    "POST api/alerts/<int:alert_id>/shelve/": DISPATCH, "POST api/alerts/<int:alert_id>/end/": DISPATCH,
    "GET api/alerts/log/": DISPATCH, "POST api/callers/<int:caller_id>/dropped/": DISPATCH, "POST api/call-backs/<int:call_back_id>/": DISPATCH,
    "GET api/scheduled/": DISPATCH,
    f"POST {CALL}schedule/": DISPATCH, f"POST {CALL}bring-back/": DISPATCH,
    "POST api/position/": CREW,  # on shift
    "POST api/seen/": DISPATCH, "POST api/safety-checks/": DISPATCH,
    "POST api/units/<int:unit_id>/emergency/": DISPATCH | OFFICER,  # whose unit it is
    "GET api/consoles/": DISPATCH,
    "GET api/places/": DISPATCH, "GET api/unverified/": DISPATCH, f"POST {CALL}verify-place/": DISPATCH, "POST api/duplicates/": DISPATCH, f"POST {CALL}attach/": DISPATCH, "GET api/cautions/": DISPATCH, "POST api/cautions/": DISPATCH, f"POST {CALL}know-caution/": DISPATCH,
    "POST api/cautions/<int:caution_id>/review/": DISPATCH, "POST api/cautions/<int:caution_id>/end/": DISPATCH,
    "POST api/triage/preview/": READERS, "GET api/vocabulary/": ALL,
    "GET api/drafts/": ALL, "GET api/drafts/<uuid:draft_id>/": {Role.DISPATCHER},  # whose it is
    "PUT api/drafts/<uuid:draft_id>/": ALL, "DELETE api/drafts/<uuid:draft_id>/": ALL,  # of others: nothing happens
    # paper
    "GET paper/board/": DISPATCH, "GET paper/units/": DISPATCH, "GET paper/handover/": DISPATCH,
    "GET paper/calls/<int:call_id>/": DISPATCH,
    "GET ledger/": {Role.SUPERVISOR}, "GET ledger/table/": {Role.SUPERVISOR},
    # across a border
    "GET api/unit-requests/": DISPATCH | PARTNER, "POST api/unit-requests/": PARTNER,
    f"POST {CALL}unit-requests/": DISPATCH, f"{ASKED}ask-next/": DISPATCH, f"{ASKED}accept/": DISPATCH | PARTNER,
    f"{ASKED}decline/": DISPATCH | PARTNER, f"{ASKED}withdraw/": DISPATCH, f"{ASKED}commit/": DISPATCH | PARTNER,
    f"{ASKED}release/": DISPATCH, f"{ASKED}return/": DISPATCH | PARTNER,
    f"POST {CALL}share/": DISPATCH, f"POST {CALL}unshare/": DISPATCH, "GET api/shared-calls/": PARTNER,
    "POST api/units/<int:unit_id>/mirror/": PARTNER, "GET partner/": PARTNER, "POST partner/do/<slug:name>/": PARTNER,
    # consults
    "GET api/consults/": READERS, "POST api/consults/": ON_SHIFT | {Role.PARTNER},
    "GET api/consults/counts/": {Role.SUPERVISOR},
    f"POST {CONSULT}answer/": DISPATCH | CARE, f"POST {CONSULT}pass/": DISPATCH | CARE,
    f"POST {CONSULT}read-back/": DISPATCH | CARE, f"POST {CONSULT}dispatch/": DISPATCH | CARE,
    f"POST {CONSULT}end/": DISPATCH | CARE, f"POST {CONSULT}confirm/": DISPATCH | OFFICER,  # who asked
    # what follows
    "GET api/care-vocabulary/": ALL, "GET api/resources/": ON_SHIFT | {"off duty"},
    "GET api/referrals/": CARE, f"POST {CALL}referrals/": CARE, "POST api/referrals/<int:referral_id>/status/": CARE,
    "GET api/follow-ups/": CARE, f"POST {CALL}follow-ups/": CARE,
    "POST api/follow-ups/<int:follow_up_id>/attempts/": CARE, "POST api/follow-ups/<int:follow_up_id>/close/": CARE,
    # rules
    "GET rules/": LOOK_AFTER,
    "GET api/rule-sets/": LOOK_AFTER, "POST api/rule-sets/": LOOK_AFTER, "GET api/rule-sets/templates/": LOOK_AFTER,
    "GET api/rule-sets/menus/": LOOK_AFTER, "POST api/rule-sets/check/": LOOK_AFTER,
    "POST api/rule-sets/compare/": LOOK_AFTER, f"GET {RULES}": LOOK_AFTER, f"PATCH {RULES}": LOOK_AFTER,
    f"POST {RULES}submit/": LOOK_AFTER, f"POST {RULES}approve/": LOOK_AFTER, f"POST {RULES}try/": LOOK_AFTER,
    f"POST {RULES}send-back/": LOOK_AFTER, f"POST {RULES}retire/": LOOK_AFTER, f"POST {RULES}roll-back/": LOOK_AFTER,
    "GET api/call-types/": LOOK_AFTER, "POST api/call-types/": LOOK_AFTER, "POST api/call-types/check/": LOOK_AFTER,
    "POST api/call-types/import/": LOOK_AFTER, "GET api/call-types/export/": LOOK_AFTER,
    "GET api/words/": LOOK_AFTER, "POST api/words/": LOOK_AFTER, "POST api/words/<int:local_word_id>/approve/": LOOK_AFTER,
    "POST api/words/<int:local_word_id>/retire/": LOOK_AFTER,
    f"GET {RULES}verdicts/<int:verdict_id>/": LOOK_AFTER,
    # trying out and watching the rules
    "GET api/backtests/": LOOK_AFTER, "POST api/backtests/": LOOK_AFTER, "GET api/backtests/<int:backtest_id>/": LOOK_AFTER,
    "GET api/backtests/<int:backtest_id>/export/": LOOK_AFTER, "POST api/backtests/<int:backtest_id>/stop/": LOOK_AFTER,
    "GET api/shadow-runs/": LOOK_AFTER, "POST api/shadow-runs/": LOOK_AFTER, "GET api/shadow-runs/<int:shadow_run_id>/": LOOK_AFTER,
    "GET api/shadow-runs/<int:shadow_run_id>/differences/": LOOK_AFTER,
    "POST api/shadow-runs/<int:shadow_run_id>/stop/": LOOK_AFTER, "GET api/rules/overrides/": LOOK_AFTER,
    # the crews' phone
    "GET unit/": CREW | {"off duty"}, "GET unit/seen/": CREW | {"off duty"}, "POST unit/do/<slug:name>/": CREW,
    "GET unit/calls/<int:call_id>/care/": CARE, "GET unit/follow-ups/": CARE, "POST unit/care/<slug:name>/": CARE,
}  # fmt: skip
# What makes the change that is asked for; a conflict (units are still there, nobody is told yet) comes after permission.
BODIES: dict[str, dict[str, Any]] = {
    f"{CREWS}sign-off/": {"reason": "forgotten"}, f"{CREWS}extend/": {"hours": 14},
    "POST sign-in/": {}, "POST api/calls/": {"nature": "a", "location": "b"}, f"PATCH {CALL}": {"priority": "2"},
    f"POST {CALL}dispatch/": {"units": ["P2"]}, f"POST {CALL}cancel/": {"reason": "x"},
    f"POST {CALL}narrative/": {"text": "x"}, f"POST {CALL}facts/": {"facts": {"weapon": "unknown"}},
    f"POST {CALL}callers/": {"name": "x"}, f"POST {CALL}mode/": {"response": "care_police", "reason": "crew_request"},
    f"POST {CALL}hold/": {"minutes": 5, "reason": "x"},
    f"POST {CALL}schedule/": {"at": "2126-01-01T00:00:00Z", "reason": "x"}, f"POST {CALL}reopen/": {"reason": "x"}, f"POST {CALL}not-sent/": {"reason": "all_busy"}, f"POST {CALL}instead/": {"step": "mobile_crisis"},
    "POST api/clinician-calls/<int:clinician_call_id>/": {"result": "still_safe"}, f"POST {CALL}clinician-call/": {"mode": "text"},
    f"POST {CALL}unmerge/": {"reason": "x"},
    "POST api/narrative/<int:note_id>/seal/": {"reason": "x"},
    "POST api/alerts/<int:alert_id>/shelve/": {"minutes": 5, "reason": "x"},
    "POST api/alerts/<int:alert_id>/end/": {"reason": "test"},
    f"POST {CALL}attach/": {"nature": "a", "location": "b"},
    "POST api/cautions/": {"location": "b", "severity": "note", "text": "a dog in the yard", "seen_by": "care", "evidence": "x"},
    "POST api/cautions/<int:caution_id>/end/": {"reason": "x"},
    "POST api/call-backs/<int:call_back_id>/": {"result": "reached"},
    "POST api/units/<int:unit_id>/status/": {"status": "en_route"},
    "POST api/units/<int:unit_id>/correction/": {"status": "dispatched", "reason": "misheard"},
    "POST api/units/<int:unit_id>/call-ahead/": {"reached": True},
    "POST api/units/<int:unit_id>/transport/": {"destination": "x"},
    "POST api/assignments/<int:assignment_id>/bypass/": {"reason": "closer"},
    "POST api/assignments/<int:assignment_id>/disposition/": {"disposition": "referral"},
    "POST api/position/": {"lat": 32.6, "lng": -96.8},
    "PUT api/drafts/<uuid:draft_id>/": {"form": "intake", "data": {"a": 2}},
    "POST api/consults/": {"question": "capacity", "requester_kind": "police"},
    f"POST {CONSULT}answer/": {"unit": "CARE1"}, f"POST {CONSULT}pass/": {"reason": "driving"},
    f"POST {CONSULT}end/": {"result": "requester_handled"}, f"POST {CONSULT}confirm/": {"confirmation": "helped"},
    "POST api/referrals/<int:referral_id>/status/": {"status": "accepted"}, f"POST {CALL}follow-ups/": {"risk": "24h"},
    "POST api/follow-ups/<int:follow_up_id>/attempts/": {"mode": "phone", "result": "reached"},
    "POST api/follow-ups/<int:follow_up_id>/close/": {"result": "moved"},
    "POST api/call-types/": {"code": "x", "source": "code list", "retired": False}, "POST api/call-types/check/": {"table": "code\nx"},
    "POST api/call-types/import/": {"table": "code\nx"},
    "POST api/words/": {"words": "xebra", "fact": "overdose", "value": "yes", "source": "x"},
    "POST api/words/<int:local_word_id>/retire/": {"reason": "x"},
    "POST api/rule-sets/": {"template": "default"}, "POST api/rule-sets/check/": {"body": {}},
    "POST api/rule-sets/compare/": {"templates": ["default", "denver_star"]}, f"PATCH {RULES}": {"name": "x"},
    f"POST {RULES}try/": {"narrative": "x"},
    **{f"POST {RULES}{name}/": {"reason": "x"} for name in ("send-back", "retire", "roll-back")},
}  # fmt: skip
NONE = 2**50
FORMS = {"unit/do/<slug:name>/", "unit/care/<slug:name>/", "partner/do/<slug:name>/"}


@pytest.fixture
def here(db: None) -> Whole:
    use_default_rules()
    return Whole(timezone.now())


@pytest.fixture
def there(here: Whole) -> Whole:
    """Another center with units of the same callsigns."""
    return Whole(timezone.now())


def body(address: Address, whole: Whole) -> dict[str, Any]:
    of_scene: dict[str, dict[str, Any]] = {
        "POST api/alerts/<int:alert_id>/told/": {"unit": whole.police.pk},
        **{
            f"{CREWS}{name}/": {"crew": [{"user": whole.users["off duty"].pk, "duty": "officer"}], "hours": 8}
            for name in ("sign-on", "hand-over")
        },
        f"POST {CALL}links/": {"other": whole.ids["other_call_id"]},
        f"POST {CALL}unlink/": {"other": whole.ids["other_call_id"]},
        f"POST {CALL}merge/": {"into": whole.ids["other_call_id"]},
        f"POST {CALL}unit-requests/": {"unit": "L2"},
        f"{ASKED}ask-next/": {"unit": "L2"},
        "POST api/unit-requests/": {"unit": "P2", "nature": "a", "location": "b"},
        f"{ASKED}decline/": {"reason": "all_busy"},
        "POST api/units/<int:unit_id>/mirror/": {"status": "available", "at": whole.now.isoformat()},
        f"POST {CALL}share/": {"agency": whole.city.code},
        f"POST {CALL}unshare/": {"agency": whole.city.code},
        f"POST {CALL}stack/": {"unit_id": whole.ids["busy_unit_id"]},
        f"POST {CALL}unstack/": {"unit_id": whole.ids["busy_unit_id"]},
        f"POST {CALL}split/": {"nature": "x", "notes": [whole.ids["note_id"]]},
        f"POST {CALL}referrals/": {"service": whole.service.pk, "status": "draft"},
        f"POST {CALL}know-caution/": {"caution": whole.ids["caution_id"]},
        "POST api/backtests/": whole.trial,
        "POST api/shadow-runs/": {"rule_set": whole.trial["rule_set"]},
    }
    return BODIES.get(str(address), {}) | of_scene.get(str(address), {})


def form(address: Address, whole: Whole) -> tuple[str, dict[str, Any]]:
    """The name of a form and its fields."""
    if address.route == "partner/do/<slug:name>/":
        return "decline", {"request_id": whole.ids["request_id"], "reason": "all_busy"}
    if address.route == "unit/do/<slug:name>/":
        return "note", {"call": whole.call.pk, "text": "x"}
    return "follow-up", {"call": whole.call.pk, "risk": "24h"}


def ask(client: Client, address: Address, named: Whole) -> Any:
    """One request about this center's things, undone afterwards."""
    before = transaction.savepoint()
    key = str(uuid.uuid4())
    if address.route in FORMS and address.method == "POST":
        name, fields = form(address, named)
        answer = client.post(named.path(address.route, name=name), {"key": key, **fields})
    else:
        others = {"assignment_id": named.ids["police_assignment_id"]} if address.route.endswith("release/") else {}
        others |= {"unit_id": named.ids["lent_unit_id"]} if address.route.endswith("mirror/") else {}
        headers = {"Idempotency-Key": key, "If-Match": "999999"}
        raw = json.dumps(body(address, named)).encode()
        answer = client.generic(
            address.method, named.path(address.route, **others), raw, "application/json", headers=headers
        )  # fmt: skip
    transaction.savepoint_rollback(before)
    return answer


def let_in(answer: Any, route: str) -> bool:
    """Whether it was done or shown, or refused only for the state of the thing; a page for others leads elsewhere."""
    if answer.status_code == 302:
        elsewhere = str(answer.headers["Location"]).startswith("/sign-in/?")
        return not elsewhere and route in FORMS | {"", "sign-in/", "sign-out/"}
    return bool(answer.status_code < 400 or answer.status_code == 409)


def listed() -> list[Address]:
    return [address for address in addresses() if str(address) in ROLES]


def test_every_address_says_who_it_is_for(here: Whole) -> None:
    taken = [a for a in addresses() if ask(here.client(Role.DISPATCHER), a, here).status_code != 405]
    assert {str(address) for address in taken} - set(ROLES) == set(), "list them in ROLES"
    assert set(ROLES) - {str(address) for address in taken} == set(), "these are there no more"


@pytest.mark.parametrize("role", [*sorted(ALL), "anonymous"])
def test_an_address_is_open_to_those_it_is_for_and_to_nobody_else(role: str, here: Whole) -> None:
    wrong, client = [], here.client(role)
    for address in listed():
        answer = ask(client, address, here)
        if let_in(answer, address.route) != (role in ROLES[str(address)]):
            wrong.append(f"{address}: {answer.status_code} {answer.content[:120]!r}")
        elif role not in ROLES[str(address)] and answer.status_code not in {302, 401, 403, 404}:
            wrong.append(f"{address}: refused as {answer.status_code} {answer.content[:120]!r}")
        client = client if address.route != "sign-out/" else here.client(role)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", sorted(ON_SHIFT | LOOK_AFTER))
def test_another_centers_things_look_like_missing(role: str, here: Whole, there: Whole) -> None:
    client, wrong = there.client(role), []
    for address in listed():
        if "<int:" not in address.route and address.route not in FORMS or role not in ROLES[str(address)]:
            continue
        theirs = ask(client, address, here)
        missing = Whole.__new__(Whole)
        missing.__dict__ = here.__dict__ | {"ids": dict.fromkeys(here.ids, NONE), "call": NoCall()}
        nothing = ask(client, address, missing)
        said = [(answer.status_code, plain(answer)) for answer in (theirs, nothing)]
        if said[0] != said[1] or said[0][0] != 404:
            wrong.append(f"{address}: {said}")
    assert not wrong, "\n".join(wrong)


class NoCall:
    pk = NONE


def plain(answer: Any) -> str:
    """What is said; a page says it in its alert, beside a key that is new each time."""
    text = str(answer.content.decode())
    return text.split('role="alert">')[1].split("<", 1)[0] if 'role="alert">' in text else text


@pytest.mark.parametrize(
    ("role", "method", "route", "fields"),
    [
        ("dispatcher", "POST", "api/calls/{own}/dispatch/", {"units": ["{unit}"]}),
        ("dispatcher", "PATCH", "api/calls/{own}/", {"jurisdiction": "{agency}"}),
        ("dispatcher", "POST", "api/consults/", {"question": "capacity", "requester_agency": "{agency}"}),
        ("officer", "POST", "api/consults/", {"question": "capacity", "call": "{call}"}),
        ("officer", "POST", "api/consults/", {"question": "capacity", "requester_unit": "{unit}"}),
        ("dispatcher", "POST", "api/alerts/{alert}/told/", {"unit": "{unit}"}),
        ("clinician", "POST", "api/calls/{own}/referrals/", {"service": "{service}"}),
        ("clinician", "GET", "api/referrals/?call={call}", {}),
        ("clinician", "GET", "api/follow-ups/?call={call}", {}),
        ("clinician", "GET", "api/consults/?call={call}", {}),
    ],
)  # fmt: skip
def test_another_centers_ids_are_of_no_use_in_a_body_or_a_query(
    role: str, method: str, route: str, fields: dict[str, Any], here: Whole, there: Whole
) -> None:
    here.police.agency.code = "elsewhere"
    here.police.agency.save()
    theirs = {
        "own": there.call.pk, "alert": there.ids["alert_id"], "call": here.call.pk, "unit": here.free.pk,
        "service": here.service.pk, "agency": "elsewhere",
    }  # fmt: skip
    sent = json.loads(json.dumps(fields))
    for name, value in sent.items():
        filled = [str(part).format(**theirs) for part in value] if isinstance(value, list) else value.format(**theirs)
        sent[name] = (
            [int(part) for part in filled]
            if isinstance(filled, list)
            else int(filled)
            if filled.isdecimal()
            else filled
        )
    headers = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "999999"}
    path = "/" + route.format(**theirs)
    answer = there.client(role).generic(method, path, json.dumps(sent), "application/json", headers=headers)
    assert answer.status_code in {400, 404}, answer.content
    assert here.center.name not in answer.content.decode()


def test_no_change_is_made_from_another_site(here: Whole) -> None:
    """Signed in, every role's cookie, and no CSRF token."""
    for role in (Role.DISPATCHER, Role.CLINICIAN, Role.OFFICER):
        victim = Client(enforce_csrf_checks=True)
        victim.cookies = here.client(role).cookies
        for address in listed():
            if address.method != "GET" and role in ROLES[str(address)]:
                assert ask(victim, address, here).status_code == 403, address
