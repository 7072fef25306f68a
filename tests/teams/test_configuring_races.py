"""Two admins press save at the same instant, with real commits: fails when the row is not locked before it is compared."""

import threading
from typing import Any

from django.db import connections

from care_dispatch.log.models import Event
from teams.models import Agency
from tests.cast import make_agency, make_center
from tests.config_cast import as_user, make_admin, opened, page_of

ROUNDS = 10


def test_of_two_who_save_one_field_at_once_one_is_shown_what_the_other_saved(committed_db: None) -> None:
    center = make_center()
    agency = make_agency(center)
    clients = [as_user(make_admin(center)) for _ in range(2)]
    for turn in range(ROUNDS):
        pages = [opened(client, page_of(agency)) | {"name": f"{turn} {who}"} for who, client in enumerate(clients)]
        barrier, codes = threading.Barrier(2), [0, 0]

        def save(who: int, pages: Any = pages, barrier: Any = barrier, codes: Any = codes) -> None:
            barrier.wait()
            codes[who] = clients[who].post(page_of(agency), pages[who]).status_code
            connections.close_all()

        threads = [threading.Thread(target=save, args=(who,)) for who in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sorted(codes) == [200, 302]
        assert Agency.objects.get(pk=agency.pk).name == f"{turn} {codes.index(302)}"
    assert Event.objects.filter(kind="config.changed").count() == ROUNDS
