"""docker-compose.yml: what it starts exists, what it sets is known, and it holds no secret."""

import os
import re
import secrets
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from care_dispatch.celery import app as celery_app
from care_dispatch.up import processes
from tests.project.test_settings import READ

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["prepare", "sweep", "web", "worker"]
# What one writes into .env; the example names each and gives none of the secrets.
FILLED_IN = {
    "DOMAIN": "care.example",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "POSTGRES_PASSWORD": secrets.token_hex(24),
    "LOG_LEVEL": "INFO",
}
# Both are what care_dispatch.security and the proxy say instead of Django's two middlewares.
SAID_ELSEWHERE = {"security.W001", "security.W002"}


def filled_in(value: str, given: dict[str, str]) -> str:
    """``${NAME}``, ``${NAME:-default}`` and ``${NAME:?why}`` as compose reads them."""

    def one(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        assert given.get(name) or kind == ":-", f"{name} is not given"
        return given.get(name) or str(rest)

    return re.sub(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}", one, value)


def test_every_service_of_a_deployment_is_there() -> None:
    assert sorted(SERVICES) == sorted([*OURS, "postgres", "valkey", "proxy"])
    assert sorted(name for name, service in SERVICES.items() if service["image"] == "care-dispatch:1") == OURS


def test_two_web_processes_and_two_workers() -> None:
    replicas = {name: service.get("deploy", {}).get("replicas", 1) for name, service in SERVICES.items()}
    assert {name for name, count in replicas.items() if count == 2} == {"web", "worker"}


def test_the_commands_are_those_of_make_run() -> None:
    """So a flag that is measured and changed in one place is not forgotten in the other."""
    assert SERVICES["web"]["command"] == ["python", *processes.web("0.0.0.0", 8000)[1:]]
    assert SERVICES["worker"]["command"] == ["python", *processes.worker()[1:]]
    assert SERVICES["sweep"]["command"] == ["python", "manage.py", *processes.sweep()[2:]]
    assert SERVICES["prepare"]["command"] == ["python", "manage.py", *processes.prepare(demo=False)[2:]]


def test_what_the_commands_name_exists() -> None:
    assert {SERVICES[name]["command"][2] for name in ("sweep", "prepare")} <= set(get_commands())
    module, name = SERVICES["web"]["command"][3].split(":")
    assert callable(getattr(import_module(module), name))
    module, name = SERVICES["worker"]["command"][4].split(":")
    assert getattr(import_module(module), name) is celery_app


@pytest.mark.parametrize("name", OURS)
def test_the_environment_holds_only_settings_that_are_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= set(READ)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - set(OURS)))
def test_images_are_pinned_to_a_major_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/]+:\d+(\.\d+)*(-[a-z]+)?", SERVICES[name]["image"])


def test_postgres_is_17_or_newer_and_keeps_its_data_in_a_volume() -> None:
    assert int(SERVICES["postgres"]["image"].split(":")[1]) >= 17
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_images_that_are_built_start_from_a_pinned_version() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert bases and all(re.fullmatch(r"[a-z]+:\d+(\.\d+)?-slim", base) for base in bases)


def test_servers_and_web_say_whether_they_are_well() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" in service} == {"postgres", "valkey", "web"}
    assert "/healthz" in " ".join(SERVICES["web"]["healthcheck"]["test"])


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "front" not in SERVICES["postgres"]["networks"] + SERVICES["valkey"]["networks"]


def test_nothing_secret_is_written_down() -> None:
    given = dict.fromkeys(FILLED_IN, "")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "DOMAIN"):
        with pytest.raises(AssertionError, match="is not given"):
            filled_in("".join(SERVICES["web"]["environment"].values()), FILLED_IN | {name: ""})
    with pytest.raises(AssertionError, match="is not given"):
        filled_in(SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"], given)
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == given | {"LOG_LEVEL": "INFO"}
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_production_passes_djangos_check_with_these_variables() -> None:
    env = {name: filled_in(value, FILLED_IN) for name, value in SERVICES["web"]["environment"].items()}
    clean = {name: value for name, value in os.environ.items() if name not in READ}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        env=clean | env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"\((\w+\.[EW]\d+)\)", done.stderr)) <= SAID_ELSEWHERE, done.stderr
