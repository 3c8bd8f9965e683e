# What one does with the register. `make help` lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Python that .venv is made with: 3.11 or later. Without one, scripts/make_venv looks for it.
PYTHON ?=
PORT ?= 8000
# How large `make england` is, 1 being England.
SCALE ?= 1

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	--require-hashes --only-binary :all:
MANAGE := REGISTER_DEVELOPMENT=1 $(BIN)/python manage.py
APPS := records editing organisations people forums ics_register
NOT_BROWSER := --ignore=tests/browser

# Stamps: each is made anew when what it is made from has changed.
RUNTIME := .venv/runtime-installed
DEVELOPMENT := .venv/development-installed
NODE_MODULES := node_modules/.package-lock.json
STYLES := build/static/register.css

.PHONY: help
help: ## List what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

.PHONY: run
run: $(RUNTIME) $(STYLES) ## Open the register on this machine: install, seed and serve
	@PORT=$(PORT) scripts/run

.PHONY: password
password: $(RUNTIME) ## Give the development superuser a new password
	@$(MANAGE) make_first_user --new-password

.PHONY: test
test: $(DEVELOPMENT) $(STYLES) ## Run the tests that are quick, on SQLite or on DATABASE_URL
	@$(BIN)/pytest -n auto -m "not slow" $(NOT_BROWSER)

.PHONY: coverage
coverage: $(DEVELOPMENT) $(STYLES) ## Run the quick tests and say which lines they reach
	@$(BIN)/pytest -n auto -m "not slow" $(NOT_BROWSER) --cov --cov-report=term:skip-covered

.PHONY: test-slow
test-slow: $(DEVELOPMENT) $(STYLES) ## Run the tests that are slow
	@$(BIN)/pytest -n auto -m slow $(NOT_BROWSER)

.PHONY: test-all
test-all: test test-slow ## Run all tests but those in a browser

.PHONY: test-postgres
test-postgres: $(DEVELOPMENT) $(STYLES) ## Run all of them on a throw-away PostgreSQL cluster
	@scripts/with_postgresql $(BIN)/pytest -n auto $(NOT_BROWSER) $(MIGRATED)

.PHONY: test-browser
test-browser: $(DEVELOPMENT) $(STYLES) ## Test in Chromium: journeys and accessibility
	@$(BIN)/pytest -n auto tests/browser

.PHONY: permissions
permissions: $(DEVELOPMENT) $(STYLES) ## Write anew who may do what, in docs/who-may-do-what.md
	@WRITE_PERMISSIONS=1 $(BIN)/pytest --quiet tests/test_permissions.py

.PHONY: diagram
diagram: $(RUNTIME) ## Draw the models, in docs/models.md
	@REGISTER_DEVELOPMENT=1 $(BIN)/python scripts/draw_models

.PHONY: check
check: $(DEVELOPMENT) $(STYLES) ## Check everything that is checked without running tests
	@BIN=$(BIN) scripts/check

.PHONY: types
types: $(DEVELOPMENT) ## Count the type errors again, in .mypy-baseline.txt: they may only be fewer
	@$(BIN)/python scripts/check_types --write

.PHONY: format
format: $(DEVELOPMENT) ## Lay out the Python code as it should be
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

.PHONY: lock
lock: $(DEVELOPMENT) ## Lock the newest versions that requirements/*.in and package.json allow
	@scripts/lock

.PHONY: styles
styles: $(STYLES) ## Build the styles of the public pages

.PHONY: screenshots
screenshots: $(DEVELOPMENT) $(STYLES) ## Take pictures of the main pages, wide and narrow
	@$(BIN)/python -m tests.browser.screenshots

.PHONY: england
england: $(RUNTIME) ## Build a made-up register of national size, in var/england.sqlite3 or DATABASE_URL
	@DATABASE_URL="$${DATABASE_URL:-sqlite:///$(CURDIR)/var/england.sqlite3}" \
		REGISTER_DEVELOPMENT=1 $(BIN)/python -m bench.england --scale $(SCALE)

.PHONY: bench
bench: $(DEVELOPMENT) $(STYLES) ## Measure how fast it is, into docs/benchmarks.md; BENCH="--quick" tries it
	@$(BIN)/python -m bench $(BENCH)

.PHONY: same-pages
same-pages: $(RUNTIME) $(STYLES) ## Compare every public page with what BEFORE, a revision, makes of it
	@$(BIN)/python -m bench.same_pages --before "$(BEFORE)" $(SAME_PAGES)

.PHONY: clean
clean: ## Remove what make made, but not the development database in var/
	rm -rf .venv node_modules build test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@scripts/make_venv "$(PYTHON)"

$(RUNTIME): requirements/base.txt | $(BIN)/python
	@echo "Installing Python packages"
	@$(PIP_INSTALL) -r requirements/base.txt
	@touch $@

$(DEVELOPMENT): requirements/dev.txt requirements/readers.txt $(RUNTIME)
	@echo "Installing Python packages for development"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@$(PIP_INSTALL) --no-binary everypolitician-popolo,approx-dates --no-build-isolation \
		-r requirements/readers.txt
	@touch $@

$(NODE_MODULES): package.json package-lock.json .npmrc
	@echo "Installing the design system"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STYLES): $(NODE_MODULES) $(wildcard styles/*)
	@echo "Building the styles"
	@npm run --silent build
