"""A stack of the tests finds what a deployment installs, and nothing else."""

import subprocess
import sys

from tests.services import Stack, not_deployed


def test_a_package_of_the_tests_alone_is_hidden_from_a_stack(stack: Stack) -> None:
    assert {"pytest", "hypothesis", "playwright"} <= set(not_deployed())
    assert not {"django", "celery", "redis", "packaging", "uvicorn"} & set(not_deployed())
    asked = [sys.executable, "-c", "import django, pytest"]
    done = subprocess.run(asked, env=stack.env, capture_output=True, text=True, check=False)
    assert "pytest is not in requirements.lock" in done.stderr
