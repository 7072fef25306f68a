# Each target is a line one could type by hand; `make help` prints them.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
JS := $(wildcard static/js/*.js static/js/*/*.js tests/js/*.js)

.PHONY: help run setup test check bench soak mutate screenshots locks chromium clean
.DEFAULT_GOAL := help

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/.runtime static/vendor/lit.js ## set up and start everything with the demo region on http://127.0.0.1:8000/
	$(MANAGE) up --demo $(ARGS)

setup: .venv/.dev static/vendor/lit.js ## set up for development: .venv from the locks, Lit's bundle

test: setup chromium ## set up and run the whole test suite, a real browser included
	$(PYTHON) tools/setup.py node --test "tests/js/"
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

check: setup ## style, types, direction of imports, Django's own checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	for file in $(JS); do $(PYTHON) tools/setup.py node --check $$file || exit 1; done
	$(MANAGE) check --fail-level WARNING
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

bench: setup ## measure product and limit in one run; writes var/bench.json
	$(BIN)/python -m tests.bench $(ARGS)

soak: setup chromium ## the long form of the tests: thousands of sequences, races and kills (hours)
	SOAK=1 $(BIN)/python -m pytest --timeout 7200 $(ARGS)

mutate: setup ## break the pure core of triage in every place; fails if one that changes a floor goes unnoticed (an hour)
	$(BIN)/mutmut run
	$(BIN)/python -m tests.mutants

screenshots: setup chromium ## take the pictures of docs/screenshots anew from a running demo
	$(BIN)/python -m tests.screenshots $(ARGS)

locks: .venv/.dev ## pin the dependencies of pyproject.toml anew, with hashes
	$(PYTHON) tools/setup.py locks
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

chromium:
	@$(PYTHON) tools/setup.py chromium

clean: ## remove what was installed or built; var/ with your data stays
	rm -rf .venv node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants

.venv/.runtime: requirements.lock
	$(PYTHON) tools/setup.py runtime

.venv/.dev: requirements-dev.lock
	$(PYTHON) tools/setup.py dev

static/vendor/lit.js: package-lock.json tools/lit.js
	$(PYTHON) tools/setup.py vendor
