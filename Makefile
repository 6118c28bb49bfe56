# Everything here works on a fresh machine with Python 3.11, 3.12 or 3.13 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# One more than there are cores: tests also wait, for mail servers, browsers and processes that they kill.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 7 ? cores + 1 : 8)))
DATA ?= ../shared/data
KILLS ?= 1000
ITEMS ?= 1000000
HOME_OF_PAGES ?= .pages
HOME_OF_MONDAY ?= .monday
BENCH ?= .bench
DATABASE ?= both
YEAR ?= .year

.PHONY: help demo setup test lint check bench pages monday kill model trial words accessibility sbom clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.installed ## set up, then run a whole sample week offline: collect, assess, digests
	$(BIN)/utkik demo

setup: $(VENV)/.installed-test ## set up the virtual environment with everything the tests need

test: $(VENV)/.installed-test ## set up and run all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

lint: $(VENV)/.installed-test ## format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## what every change must pass

bench: $(VENV)/.installed-test ## measure speed beside what one would otherwise run; the table lands in BENCH
	$(PIP) install --constraint constraints.txt --group bench
	mkdir -p $(BENCH)
	$(BIN)/python -m tests.benchmarks.run --markdown $(BENCH)/table.md --json $(BENCH)/table.json
	$(BIN)/python -m tests.benchmarks.cluster --rounds 1 --steps 1

pages: $(VENV)/.installed-test ## time every page within 2 GB on a store of ITEMS items, made once in HOME_OF_PAGES, and tell what is over its goal
	$(BIN)/python -m tests.benchmarks.pages --home $(HOME_OF_PAGES) --items $(ITEMS)

monday: $(VENV)/.installed-test ## let a nation come to the page for an hour of a Monday, made once in HOME_OF_MONDAY (ten minutes)
	$(BIN)/python -m tests.benchmarks.monday --home $(HOME_OF_MONDAY)

kill: $(VENV)/.installed-test ## kill the program KILLS times on DATABASE (sqlite, postgresql, both) and check its promises
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.killing.run --kills $(KILLS) --database $(DATABASE)
	$(BIN)/python -m tests.killing.together --letters 200 --kills 40 --restarts 6

year: $(VENV)/.installed-test ## build a year of recorded answers in YEAR, run every notebook on it and write its reports
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.notebooks.real $(YEAR)

model: $(VENV)/.installed ## build the trained model anew; needs labelled items in DATA
	$(BIN)/python -m nlp.building --items $(DATA)/pool.jsonl --labels $(DATA)/labels-dev.jsonl

trial: $(VENV)/.installed ## measure the model on items it is kept from; needs labelled items in DATA
	$(BIN)/python -m nlp.trial --items $(DATA)/pool.jsonl --labels $(DATA)/labels-dev.jsonl

words: $(VENV)/.installed-test ## bring the page's translations up to date; names what lacks one
	$(BIN)/python -m web.catalogue

accessibility: $(VENV)/.installed-test ## check every page in a browser and record it for the accessibility statement
	$(BIN)/python -m tests.web.record_accessibility

sbom: $(VENV)/.installed-test ## write sbom.json: every package that an installation consists of, as CycloneDX
	$(BIN)/python -m venv --clear --without-pip .sbom
	$(PIP) --python .sbom/bin/python install --constraint constraints.txt --editable .
	$(BIN)/python -m cyclonedx_py environment --pyproject pyproject.toml --short-PURLs --output-reproducible -o sbom.json .sbom/bin/python
	rm -rf .sbom

clean: ## remove the virtual environment and what the tools left
	rm -rf $(VENV) .demo .year .sbom sbom.json .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Utkik needs Python 3.11, 3.12 or 3.13; say which with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade --constraint constraints.txt pip

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) install --constraint constraints.txt --editable '.[analysis,encoder,reports]' --group test
	@touch $@
