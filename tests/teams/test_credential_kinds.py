"""A kind of credential on its page: whoever saves it is told before which units lose what they can do."""

import pytest

from teams.aboard import aboard
from teams.models import Credential, CredentialKind
from tests.cast import NOW, make_center, make_unit, make_user, put_on_shift
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db
NEW = list_of(CredentialKind, "add")


def test_units_that_lose_what_a_new_kind_gives_are_counted_before_it_is_saved() -> None:
    center = make_center()
    trained = [make_unit(center, f"P{n}", "police", capabilities=["cit", "k9"]) for n in range(1, 11)]
    make_unit(center, "P11", "police", capabilities=["k9"])
    client = as_user(make_admin(center))
    kind = {"code": "cit", "words": "CIT certificate", "gives": "cit"}
    refused = saved(client, NEW, **kind)
    (told,) = errors(refused)
    assert "cit is lost by 10 units (P1, P10, P2, P3, P4, P5, P6, P7 and 2 more)" in told and "Save again" in told
    assert not CredentialKind.objects.exists()
    form = refused.context["adminform"].form
    again = {
        "told": form["told"].value(),
        "seen": form["seen"].value(),
        "center": str(center.pk),
        **kind,
        "warn_days": "30",
    }
    assert client.post(NEW, again).status_code == 302
    assert aboard([trained[0].pk], NOW)[trained[0].pk].capabilities == {"k9"}


def test_nothing_is_asked_where_no_unit_loses_anything() -> None:
    center = make_center()
    unit, officer = make_unit(center, "P1", "police", capabilities=["cit"]), make_user(center, "officer")
    put_on_shift(officer, unit, "officer", start=None)
    client = as_user(make_admin(center))
    assert saved(client, NEW, code="cit", words="CIT certificate").status_code == 302
    kind = CredentialKind.objects.get()
    Credential.objects.create(user=officer, kind=kind)
    page = page_of(kind)
    assert "lost by 1 unit (P1)" in errors(saved(client, page, gives="cit"))[0], "its officer went home long ago"
    assert opened(client, page).get("gives") is None
    assert saved(client, page, gives="youth", needed_for=["officer"]).status_code == 302
