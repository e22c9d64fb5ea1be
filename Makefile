# `make` lists the targets. Everything is set up by itself, in .venv, from the lock file.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
ARTICLES ?=
DATA ?=
# Test files that run side by side, each with emulators of its own.
JOBS ?= 2
WITHOUT ?=

.PHONY: help setup demo up test test-slow check audit bench names screenshots bundle dist model lock clean

help:
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## make .venv with everything the project needs

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Namewire needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Set PYTHON=python3.x." >&2; exit 1; }
	@echo "setting up .venv (about a minute, once)"
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: .venv/ready ## run the whole house on sample articles and show the names (ARTICLES=file for your own)
	@$(BIN)/namewire demo $(if $(ARTICLES),--articles $(ARTICLES))

up: .venv/ready ## run the whole house until Ctrl-C
	@$(BIN)/namewire up --env-file .env.local

test: .venv/ready ## run the tests, under 10 minutes on 2 cores
	@$(BIN)/python -m pytest -m "not slow" -n $(JOBS) --dist loadfile

test-slow: .venv/ready ## run the tests that take longer (WITHOUT=longest leaves out those that CI leaves out)
	@$(BIN)/python -m pytest -m "slow$(if $(WITHOUT), and not $(WITHOUT))" -n $(JOBS) --dist loadfile

check: .venv/ready ## format, lint, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=functions/explore:functions/publish $(BIN)/lint-imports

audit: .venv/ready ## look up every locked dependency among the known vulnerabilities (needs the internet)
	@for lock in requirements.lock functions/*/requirements.txt terraform/vm/requirements.txt; do \
	  $(BIN)/uv tool run pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock; done

bench: .venv/ready ## measure the figures that the documents quote
	@$(BIN)/python -m tests.benchmarks

names: .venv/ready ## show how well names are found and linked (DATA=folder with the corpora)
	@$(BIN)/python -m tests.benchmarks.names $(if $(DATA),--data $(DATA))

screenshots: .venv/ready ## take pictures of the explorer's pages, into build/screenshots (ARTICLES=file for your own; needs Chromium)
	@$(BIN)/python -m tests.acceptance.screenshots build/screenshots $(ARTICLES)

bundle: .venv/ready ## pack the functions alone, into dist/
	@for function in functions/*/main.py; do name=$$(basename $$(dirname $$function)); \
	  $(BIN)/python -m delivery.bundle $$name dist/$$name.zip; done

dist: .venv/ready ## make all that `terraform apply` deploys: wheel, functions, the VM's release
	@$(BIN)/python -m delivery

model: .venv/ready ## train the embedded pipeline anew (DATA=folder with the corpora)
	@test -n "$(DATA)" || { echo "make model DATA=folder: the folder of the NER corpora, see model/README.md" >&2; exit 2; }
	@$(BIN)/python -m model.recipe $(DATA)

lock: .venv/ready ## renew the lock files from pyproject.toml and requirements.in
	@compile="$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --no-emit-find-links"; \
	$$compile --custom-compile-command "make lock" pyproject.toml --all-extras --group dev -o requirements.lock; \
	for function in functions/*/requirements.in; do \
	  $$compile --custom-compile-command "make lock" -c requirements.lock $$function -o $${function%.in}.txt; done; \
	$${compile/--universal/--python-platform x86_64-manylinux_2_36} --custom-compile-command "make lock" \
	  -c requirements.lock pyproject.toml terraform/vm/requirements.in --extra worker --extra telemetry \
	  -o terraform/vm/requirements.txt

clean: ## remove .venv and everything made
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
