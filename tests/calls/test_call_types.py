"""A center's own call types: taken in, mended, listed while nobody has mapped them, and used for each call."""

from typing import Any

import pytest

from calls import call_types
from calls.call_types import OFTEN, as_table, import_types, map_type, read_table
from calls.models import Call, CallType, FactStatement
from calls.preview import preview
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import User
from tests.cast import NOW, act, last_event, later, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db

TABLE = """Call Type,Description,APCO,Behavioral,Priority,Source
9C1,Crisis contact,EDP,yes,1,code list 2026
9X,Alarm panel test,,no,4,
9Q,,NOPE,,,
9C1,again,,,,
,nothing,,,,
"""


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.admin, self.dispatcher = make_user(self.center, "admin"), make_user(self.center)

    def take_in(self, text: str = TABLE) -> dict[str, Any]:
        return dict(act(import_types, by=self.admin, found=read_table(text)).result)

    def map(self, code: str, *, retired: bool = False, **given: Any) -> None:
        act(map_type, by=self.admin, code=code, retired=retired, given=given)

    def behavioral(self, call: Call) -> list[tuple[Any, str]]:
        stated = FactStatement.objects.filter(call=call, fact="is_behavioral")
        return [(row.value, row.evidence) for row in stated]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_table_is_taken_in_and_each_line_that_cannot_be_is_named(scene: Scene) -> None:
    taken = scene.take_in()
    assert taken["taken"] == 2 and [error["line"] for error in taken["errors"]] == [4, 5, 6]
    assert "NOPE" in taken["errors"][0]["message"] and "already" in taken["errors"][1]["message"]
    assert last_event("call_types.mapped").payload["ref"] == {"count": 2}


def test_taken_in_again_a_line_is_replaced_and_none_is_taken_away(scene: Scene) -> None:
    scene.take_in()
    scene.take_in("code,description,behavioral\n 9c1 ,Crisis contact by phone,maybe\n")
    rows = {row.key: (row.description, row.behavioral) for row in CallType.objects.all()}
    assert rows == {"9C1": ("Crisis contact by phone", "maybe"), "9X": ("Alarm panel test", "no")}


def test_what_the_list_says_of_a_type_is_read_with_the_narrative_and_named_as_the_reason(scene: Scene) -> None:
    scene.take_in()
    call = make_call(scene.dispatcher, nature="9C1")
    assert scene.behavioral(call) == [("yes", "9C1 (Crisis contact) in the list of call types")]
    assert call.verdict is not None and call.verdict.facts["is_behavioral"] == "yes"


def test_a_type_that_is_not_behavioral_yields_to_what_the_narrative_says(scene: Scene) -> None:
    scene.take_in()
    plain = make_call(scene.dispatcher, nature="9X", narrative="panel beeps")
    assert plain.level is None and plain.response == "standard"
    call = make_call(scene.dispatcher, nature="9X", narrative="man at the panel says he will kill himself")
    assert call.level is not None and "care" in call.services


def test_the_types_own_priority_is_where_a_call_starts(scene: Scene) -> None:
    scene.take_in()
    assert make_call(scene.dispatcher, nature="x", type_code="9c1", triaged=False).priority == "1"
    assert make_call(scene.dispatcher, nature="9X", triaged=False).priority == "4"
    assert make_call(scene.dispatcher, nature="9X", triaged=False, priority="P").priority == "P"


def test_a_call_keeps_what_was_read_when_the_list_changes_later(scene: Scene) -> None:
    scene.take_in()
    call = make_call(scene.dispatcher, nature="9C1")
    scene.map("9C1", behavioral="no", description="Alarm")
    assert scene.behavioral(call) == [("yes", "9C1 (Crisis contact) in the list of call types")]
    assert scene.behavioral(make_call(scene.dispatcher, nature="9C1"))[0][0] == "no"


def test_a_type_out_of_use_says_nothing_any_more(scene: Scene) -> None:
    scene.take_in()
    scene.map("9C1", behavioral="yes", retired=True)
    assert scene.behavioral(make_call(scene.dispatcher, nature="9C1")) == []


def test_codes_nobody_has_mapped_are_listed_with_their_calls_and_a_proposal(scene: Scene) -> None:
    for minute in (0, 5):
        make_call(scene.dispatcher, nature="something", type_code="psy 7", now=later(minutes=minute), triaged=False)
    for minute in range(OFTEN):
        make_call(scene.dispatcher, nature="Psych evaluation", triaged=False, type_code="", now=later(minutes=minute))
    make_call(scene.dispatcher, nature="Man at the blue door", triaged=False, type_code="")
    make_call(scene.dispatcher, nature="Welfare check", triaged=False)  # APCO's own
    told = call_types.listed(scene.admin, later(hours=1))
    assert [(one["code"], one["calls"]) for one in told["unmapped"]] == [("Psych evaluation", OFTEN), ("psy 7", 2)]
    assert told["unmapped"][0]["behavioral"] == "yes" and told["unmapped"][1]["first"] == NOW.isoformat()
    scene.map("PSY  7", behavioral="yes")
    assert [one["code"] for one in call_types.listed(scene.admin, later(hours=1))["unmapped"]] == ["Psych evaluation"]


def test_the_list_is_the_centers_own(scene: Scene) -> None:
    scene.take_in()
    other = Scene()
    assert call_types.listed(other.admin, NOW)["call_types"] == []
    assert other.behavioral(make_call(other.dispatcher, nature="9C1")) == []


def test_what_is_typed_is_previewed_with_the_list(scene: Scene) -> None:
    scene.take_in()
    shown = preview(scene.center.pk, now=NOW, nature="9C1", narrative="")
    assert shown["effective"]["is_behavioral"] == "yes"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"code": " "}, "No code"),
        ({"code": "a", "apco": "nope"}, "common type"),
        ({"code": "a", "behavioral": "perhaps"}, "behavioral class"),
        ({"code": "a", "priority": "9"}, "no priority"),
        ({"code": "x" * 41}, "at most 40"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(scene: Scene, given: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        scene.map(**given)


@pytest.mark.parametrize("text", ["", "a;b\n1;2", "\0", "code\n" + "x\n" * 20_002])
def test_a_table_that_is_none_is_refused_whole(text: str) -> None:
    with pytest.raises(Invalid):
        read_table(text)


def test_the_table_taken_out_is_no_formula_and_comes_back_in(scene: Scene) -> None:
    scene.map("9C1", description="=1+1", behavioral="yes", priority="1")
    rows = list(as_table(scene.admin))
    assert rows[1] == ("9C1", "'=1+1", "", "yes", "1", "")
    assert scene.take_in("\n".join(",".join(row) for row in rows))["taken"] == 1


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_only_who_looks_after_the_rules_changes_the_list(scene: Scene, role: str) -> None:
    somebody: User = make_user(scene.center, role)
    with pytest.raises(Forbidden):
        act(map_type, by=somebody, code="9C1", given={})
    with pytest.raises(Forbidden):
        call_types.listed(somebody, NOW)
