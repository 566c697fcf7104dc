# The two commands: `make report` and `make test`. Both set everything up on a fresh machine
# with Python 3.11 or newer: what a user needs is requirements.lock, what a developer needs besides
# requirements-dev.lock, both with hashes.
.DEFAULT_GOAL := help
.PHONY: help setup dev quiet report test check lint docs notebooks bench bench-many demo lock clean test-all

PYTHON ?= python3
BIN := .venv/bin

help: ## show these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/ready ## make the virtual environment: what the program needs

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("make: Python 3.11 or newer is needed, found " + sys.version.split()[0] + "; say make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Installing the environment into .venv (about a minute) ..."
	@$(PYTHON) -m venv --clear .venv || { echo "make: python venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		{ apt-get update -qq && apt-get install -y -qq libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; } >/dev/null 2>&1; } \
		|| echo "make: PDF needs pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" >&2
	@$(MAKE) --silent quiet
	@touch $@

dev: .venv/ready-dev ## add what a developer needs besides: tests, lint, lock

.venv/ready-dev: requirements-dev.lock .venv/ready
	@echo "Adding what a developer needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

quiet: ## let git overlook what a run leaves in a notebook (setup does this)
	@git config filter.kukar-notebook.clean \
		'if [ -x .venv/bin/python ]; then .venv/bin/python -m kukar_analysis.outputs; else cat; fi' \
		2>/dev/null || echo "make: this is no git clone, nothing to be quiet in" >&2

report: .venv/ready ## the main job: clean, check, and the rendered reports in reports/
	@$(BIN)/kukar run

demo: .venv/ready ## the invented office of data/sample, taken through the whole program
	@KUKAR_KEY=.venv/demo-key $(BIN)/kukar run --raw data/sample --processed data/processed/demo \
		--reports reports-demo --region 00.01 || test $$? -eq 1
	@echo "DATA CONTOH: the planted faults above are meant; open reports-demo/index.html"

check: .venv/ready ## recompute every published figure
	@$(BIN)/kukar clean && $(BIN)/kukar check

# an analyst's own notebook is only run, never linted
SHIPPED = $$(grep -l '"shipped": true' notebooks/*.ipynb)

lint: .venv/ready-dev ## ruff and mypy
	@$(BIN)/ruff check . $(SHIPPED)
	@$(BIN)/ruff format --check . $(SHIPPED)
	@$(BIN)/mypy

test: lint ## lint, then all tests
	@$(BIN)/python -m pytest

test-all: .venv/ready-dev ## what is slow and rare: the desk, the cluster, kills, the guide, all of nbval
	@$(BIN)/python -m pytest -m slow

docs: .venv/ready ## make the codebook and docs/asumsi.md from the code
	@$(BIN)/python docs/pages.py

notebooks: .venv/ready-dev ## run the notebooks and keep the outputs that tests compare
	@$(BIN)/kukar clean && $(BIN)/python tests/keep_outputs.py

bench: .venv/ready-dev ## measure what is claimed of speed
	@$(BIN)/python bench/clean.py
	@$(BIN)/python bench/robustness.py
	@$(BIN)/python bench/engine.py
	@$(BIN)/python bench/own_reports.py
	@$(BIN)/python bench/kills.py
	@$(BIN)/python bench/papermill_suite.py

bench-many: .venv/ready-dev ## measure 130 regions, and ten years of thirty (an hour)
	@$(BIN)/python bench/many.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

lock: .venv/ready-dev ## make both locks anew from pyproject.toml
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --all-extras --constraints requirements.lock -o requirements-dev.lock

clean: ## remove what can be made again: the environment, tables and reports
	@rm -rf .venv reports reports-demo data/processed/*.parquet
