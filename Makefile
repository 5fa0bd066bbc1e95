# Two commands matter: `make demo` and `make test`. Everything makes its own virtual environment first.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test check install bench format lock nightly clean help screenshot

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort

demo: .venv/.runtime ## the local Slack in the browser with the bot in it
	@$(BIN)/deskhand demo

test: .venv/.dev ## every test, on two workers
	$(BIN)/pytest -n 2 --dist loadfile -m "not nightly"

nightly: .venv/.dev ## the long tests too
	$(BIN)/pytest -n 2 --dist loadfile --hypothesis-profile=default

check: .venv/.dev ## format, lint, types, layers, prompts, runbooks
	$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/deskhand prompts lint
	$(BIN)/deskhand runbooks lint

bench: .venv/.dev ## timings as ratios within one run; never part of the tests
	$(BIN)/python -m tests.benchmarks

format: .venv/.dev ## what check wants
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

install: .venv/.runtime ## what is needed to run, in .venv; no development tools

lock: .venv/.dev ## resolve again for every platform, hashed; the runtime lock agrees with the development one
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade pyproject.toml --group build --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  -c requirements-dev.lock pyproject.toml --group build -o requirements.lock

clean: ## forget the virtual environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The development environment is a superset: where it is current, the other is too.
.venv/.runtime: requirements.lock pyproject.toml
	@if [ -e .venv/.dev ]; then $(MAKE) --no-print-directory .venv/.dev; else $(call install,requirements.lock); fi
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch $@ .venv/.runtime

define install
echo "installing $(1) into .venv (some minutes the first time)" && \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")' && \
{ [ -x $(BIN)/python ] || $(PYTHON) -m venv .venv; } && \
$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1) && \
$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endef

screenshot: .venv/.dev ## the README's picture, from the real page
	$(BIN)/python tests/e2e/make_screenshot.py
