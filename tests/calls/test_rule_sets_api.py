"""The API of rule sets: a city's rules from a template to in force, and that no body makes it fall over."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import FactStatement, RuleSet, Verdict
from care_dispatch.log.models import Event
from teams.models import User
from tests.calls.rules_cast import Desk, body_with, default_body, extra_rule
from tests.cast import make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db
ALL = "/api/rule-sets/"


class Browser:
    """One person's requests."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user, backend="teams.sign_in.Backend")

    def send(self, method: str, path: str, body: Any = None, base: int | str | None = None) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {})
        headers = {"Idempotency-Key": str(uuid.uuid4())} | ({"If-Match": f'"{base}"'} if base is not None else {})
        return self.client.generic(method, f"{ALL}{path}", raw, "application/json", headers=headers)

    def get(self, path: str = "") -> Any:
        answer = self.client.get(f"{ALL}{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any = None, base: int | None = None, status: int = 200) -> Any:
        answer = self.send("POST", path, body, base)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def desk(db: None) -> Desk:
    use_default_rules()
    return Desk(make_center())


@pytest.fixture
def author(desk: Desk) -> Browser:
    return Browser(desk.author)


@pytest.fixture
def second(desk: Desk) -> Browser:
    return Browser(desk.second)


def test_a_city_goes_from_a_template_to_rules_in_force_and_back(author: Browser, second: Browser) -> None:
    made = author.post("", {"template": "default", "name": "Our rules"}, status=201)
    one = f"{made['rule_set_id']}/"
    weak = author.send("PATCH", one, {"rules": body_with("R7", level=2)}, base=1).json()
    refused = author.post(f"{one}submit/", base=weak["revision"], status=409)
    assert refused["error"] == "cases_fail" and refused["failing"][0]["message"].startswith("C012 Sobbing")
    mended = author.send("PATCH", one, {"rules": extra_rule()}, base=weak["revision"]).json()
    assert author.post(f"{one}submit/", base=mended["revision"])["cases_passed"] == 99
    assert author.post(f"{one}approve/", base=mended["revision"], status=403)["error"] == "second_person"
    second.post(f"{one}approve/", base=mended["revision"])
    listed = second.get()
    assert listed["in_force"] == made["rule_set_id"]
    assert [(row["version"], row["status"], row["in_force"]) for row in listed["rule_sets"]] == [
        (2, "approved", True),
        (1, "approved", False),
    ]
    done = author.post(f"{one}roll-back/", {"reason": "Too many police"})
    assert done["back_to_version"] == 1
    assert author.get(one)["retired_reason"] == "Too many police"


def test_one_rule_set_reads_as_sentences_with_its_cases_and_what_may_be_done(desk: Desk, author: Browser) -> None:
    row = desk.draft(extra_rule())
    found = author.get(f"{row.pk}/")
    assert found["rules"][-1]["plain"] == (
        "When minors are present: level 3 (Urgent), police and CARE, because: Minors are there."
    )
    assert found["cases"]["passed"] == found["cases"]["total"] == 99
    assert [case["id"] for case in found["cases"]["heavier"]]
    assert found["problems"] == [] and 0 < found["steps"] < found["limits"]["steps"]
    assert found["may"] == ["change", "submit", "retire"]
    assert found["author"]["name"] == "Ana Ruiz" and found["body"]["name"] == row.name
    default = RuleSet.objects.get(center=None)
    assert author.get(f"{default.pk}/")["may"] == []


def test_what_may_be_done_follows_the_status_and_the_person(desk: Desk, author: Browser, second: Browser) -> None:
    submitted, approved = desk.submitted(), desk.approved()
    assert author.get(f"{submitted.pk}/")["may"] == ["send-back", "retire"]
    assert second.get(f"{submitted.pk}/")["may"] == ["send-back", "retire", "approve"]
    assert second.get(f"{approved.pk}/")["may"] == ["retire", "roll-back"]


def test_the_etag_is_the_revision_and_a_change_without_it_says_so(desk: Desk, author: Browser) -> None:
    row = desk.draft()
    answer = author.client.get(f"{ALL}{row.pk}/")
    assert answer.headers["ETag"] == '"1"'
    assert author.send("PATCH", f"{row.pk}/", {"name": "x"}).status_code == 428
    assert author.send("POST", f"{row.pk}/submit/").status_code == 428


def test_a_draft_somebody_else_saved_is_a_conflict_with_who(desk: Desk, author: Browser, second: Browser) -> None:
    row = desk.draft()
    assert second.send("PATCH", f"{row.pk}/", {"name": "Bo's"}, base=1).status_code == 200
    answer = author.send("PATCH", f"{row.pk}/", {"name": "Ana's"}, base=1)
    assert answer.status_code == 409
    assert answer.json() | {"at": ""} == {
        "error": "draft_changed", "by": "Bo Lind", "at": "", "revision": 2, "yours": 1,
        "message": "Bo Lind changed this draft since you opened it; look at it again before you go on.",
    }  # fmt: skip


def test_rules_that_cannot_be_used_are_refused_with_each_problem(desk: Desk, author: Browser) -> None:
    row = desk.draft()
    rules = [*default_body()["rules"], {"id": "X1", "when": {"fact": "gun", "in": ["yes"]}, "because": "b"}, 7]
    answer = author.send("PATCH", f"{row.pk}/", {"rules": rules}, base=1)
    assert answer.status_code == 400
    said = answer.json()
    assert said["error"] == "rules_refused"
    assert [problem["rule"] for problem in said["problems"]] == ["X1", ""]
    assert "X1: there is no fact 'gun'; choose one of weapon" in said["message"]


def test_a_body_being_edited_is_checked_without_being_stored(author: Browser) -> None:
    before = RuleSet.objects.count()
    fine = author.post("check/", {"body": default_body()})
    assert fine["problems"] == [] and fine["cases"]["failing"] == []
    weak = author.post("check/", {"body": default_body() | {"rules": body_with("R3", services=["care"])}})
    assert any("police might not be sent" in problem["message"] for problem in weak["problems"])
    assert weak["cases"]["failing"] and weak["rules"]
    broken = author.post("check/", {"body": {"rules": "many"}})
    assert broken["rules"] == [] and broken["cases"] is None and broken["problems"]
    assert RuleSet.objects.count() == before


def test_a_draft_is_tried_on_a_narrative_and_nothing_is_stored(desk: Desk, author: Browser) -> None:
    row = desk.draft(extra_rule())
    events = Event.objects.count()
    typed = {"narrative": "He has a knife in his hand", "facts": {"minors_present": "yes"}}
    found = author.post(f"{row.pk}/try/", typed)
    assert found["verdict"]["truth"]["X1"] and found["verdict"]["level"] == 4
    assert found["verdict"]["level_words"]["label"] == "Emergent"
    assert found["effective"]["weapon"] == "in_hand"
    assert (Event.objects.count(), Verdict.objects.count(), FactStatement.objects.count()) == (events, 0, 0)


def test_templates_come_with_their_words_and_sentences(author: Browser) -> None:
    found = {one["code"]: one for one in author.get("templates/")["templates"]}
    assert list(found) == ["default", "denver_star", "los_angeles", "new_york_b_heard"]
    los_angeles = found["los_angeles"]
    assert los_angeles["levels"][0]["label"] == "Crisis line or resource by phone, leaves 911"
    assert "safety floor" in los_angeles["note"] and los_angeles["about"].startswith("Every 911 call")
    assert all(rule["plain"].startswith("When ") for rule in los_angeles["rules"])


def test_menus_have_words_for_everything_a_rule_can_hold(author: Browser) -> None:
    found = author.get("menus/")
    weapon = next(fact for fact in found["facts"] if fact["name"] == "weapon")
    assert {"value": "in_hand", "words": "a weapon is in hand", "negative": False} in weapon["values"]
    assert found["limits"] == {"rules": 200, "steps": 2000}


def test_rule_sets_and_templates_are_compared_on_the_same_calls(desk: Desk, author: Browser) -> None:
    row = desk.draft(extra_rule())
    found = author.post("compare/", {"rule_sets": [row.pk], "templates": ["default", "los_angeles"]})
    assert [column["key"] for column in found["columns"]] == [str(row.pk), "default", "los_angeles"]
    assert found["total"] == 99 and found["alike"] + len(found["differences"]) == 99
    first = found["differences"][0]
    assert first["title"] and set(first["answers"]) == {str(row.pk), "default", "los_angeles"}
    facts = {"minors": {"weapon": "denied", "minors_present": "yes"}, "none": {"weapon": "denied"}}
    own = author.post("compare/", {"rule_sets": [row.pk], "templates": ["default"], "fact_sets": facts})
    assert [one["name"] for one in own["differences"]] == ["minors"]


def test_another_centers_draft_is_missing_and_other_roles_are_refused(desk: Desk) -> None:
    row, stranger = desk.draft(), Browser(Desk(make_center()).author)
    assert stranger.send("GET", f"{row.pk}/").status_code == 404
    assert stranger.send("POST", "compare/", {"rule_sets": [row.pk], "templates": ["default"]}).status_code == 404
    for role in ("dispatcher", "clinician", "officer", "partner"):
        assert Browser(make_user(desk.center, role)).send("GET", "").status_code == 403


def test_rules_as_deep_as_the_default_pass_through_the_api(desk: Desk, author: Browser) -> None:
    row = desk.draft()
    rules = default_body()["rules"]
    violence = next(rule for rule in rules if rule["id"] == "R4")
    violence["when"] = {"any": [violence["when"], {"fact": "situation", "in": ["hostage"]}]}
    assert author.send("PATCH", f"{row.pk}/", {"rules": rules}, base=1).status_code == 200


HOSTILE: list[tuple[str, str, Any]] = [
    ("POST", "", {"template": "../../etc/passwd"}),
    ("POST", "", {"template": ["default"]}),
    ("POST", "", {"rule_set": 10**30}),
    ("POST", "", {"rule_set": 2**61}),
    ("POST", "", {"template": "default", "name": "\u202eright to left"}),
    ("POST", "", {"template": "default", "colour": "red"}),
    ("PATCH", "{id}/", {"rules": None}),
    ("PATCH", "{id}/", {"rules": []}),
    ("PATCH", "{id}/", {"rules": [None, [], {}, 1, "x"]}),
    ("PATCH", "{id}/", {"rules": {"id": "R1"}}),
    ("PATCH", "{id}/", {"rules": [{"id": "X"}] * 10_000}),
    ("PATCH", "{id}/", {"levels": "four"}),
    ("PATCH", "{id}/", {"levels": [[]]}),
    ("PATCH", "{id}/", {"levels": [{"level": 1, "code": 1, "label": {}}]}),
    ("PATCH", "{id}/", {"name": ""}),
    ("PATCH", "{id}/", {"body": {}}),
    ("PATCH", "{id}/", b"{"),
    ("PATCH", "{id}/", b'{"name": NaN}'),
    ("PATCH", "{id}/", b"[" * 50_000),
    ("POST", "{id}/approve/", {"effective_at": "yesterday"}),
    ("POST", "{id}/approve/", {"effective_at": "0001-01-01T00:00:00Z"}),
    ("POST", "{id}/retire/", {}),
    ("POST", "{id}/retire/", {"reason": "x" * 501}),
    ("POST", "{id}/retire/", {"reason": {"a": 1}}),
    ("POST", "{id}/roll-back/", {"reason": " "}),
    ("POST", "{id}/try/", {"facts": {"gun": "yes"}}),
    ("POST", "{id}/try/", {"facts": {"weapon": {"a": 1}}}),
    ("POST", "{id}/try/", {"narrative": 7.5, "facts": []}),
    ("POST", "check/", {}),
    ("POST", "compare/", {}),
    ("POST", "compare/", {"templates": ["default"] * 7}),
    ("POST", "compare/", {"templates": ["default", "nowhere"]}),
    ("POST", "compare/", {"templates": ["default", "denver_star"], "fact_sets": {"a": 1}}),
    ("POST", "compare/", {"templates": ["default", "denver_star"], "fact_sets": {"a": {"weapon": ["in_hand"]}}}),
    ("GET", "999999999999999999999999/", None),
    ("POST", "999999999999999999999999/submit/", {}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_bad_body_gets_a_sentence_and_changes_nothing(
    desk: Desk, author: Browser, method: str, path: str, body: Any
) -> None:
    row, events = desk.draft(), Event.objects.count()
    answer = author.send(method, path.format(id=row.pk), body, base=1)
    assert 400 <= answer.status_code < 500, answer.content
    assert answer.json()["message"]
    assert Event.objects.count() == events


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6)
    | st.sampled_from(["weapon", "in_hand", "police", "R1", "any", "all", "not", "fact", "in", "id", "when"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "when", "fact", "in", "any", "all", "not", "level", "services", "because", "stated", "x"]),
        inner, max_size=5,
    ),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_whatever_is_sent_as_rules_is_never_an_error_of_ours(author: Browser, rules: Any) -> None:
    answer = author.send("POST", "check/", {"body": {"name": "x", "rules": rules}})
    assert answer.status_code in (200, 400), answer.content
