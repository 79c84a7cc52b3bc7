# Two commands are enough: make run, make test. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# Compiled at the install: who runs the program may not be allowed to write beside it, and would compile at every start.
ROOMS := bot cases handlers papers scheduler storage web
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
COMPILE = $(BIN)/python -m compileall -q -j 0
# Tests wait as much as they work; those of one file stay together, they share what is dear to start.
PROCESSES ?= 4
SIDE_BY_SIDE = -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install run test tenth fast lint demo bench soak audit sbom fakes lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.boot: requirements-boot.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-boot.txt
	touch $@

$(VENV)/.ok: $(VENV)/.boot requirements.txt
	$(INSTALL) --compile-bytecode --require-hashes -r requirements.txt
	$(INSTALL) --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.ok-dev: $(VENV)/.boot requirements-dev.txt
	$(INSTALL) --compile-bytecode --require-hashes -r requirements-dev.txt
	$(INSTALL) --no-build-isolation --no-deps --editable .
	$(COMPILE) $(ROOMS) tests bench
	touch $(VENV)/.ok $@

install: $(VENV)/.ok  ## install what running needs into .venv
	$(COMPILE) $(ROOMS)

run: $(VENV)/.ok  ## serve on http://127.0.0.1:8080
	@$(BIN)/python -m bot run

test: $(VENV)/.ok-dev  ## the tests, PostgreSQL included; browser tests where Chromium is; the longest are in soak
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

TENTHS = tests/faults/test_kills.py tests/faults/test_kills_reminding.py tests/scheduler/test_year.py::test_a_year \
	tests/trust/test_steady.py tests/trust/test_fuzz_parsers.py tests/trust/test_fuzz_routes.py \
	tests/trust/test_fuzz_dialogue.py tests/trust/test_buttons.py \
	tests/web/console/test_malformed.py tests/web/console/test_malformed_steps.py

tenth: $(VENV)/.ok-dev  ## a tenth of the figures that are too long for `test`, in a quarter of an hour
	HOIAM_TENTH=1 $(BIN)/python -m pytest -n 3 --dist worksteal --no-loadscope-reorder --timeout 3000 $(TENTHS)

fast: $(VENV)/.ok-dev  ## the tests that take seconds
	$(BIN)/python -m pytest -m "not slow and not browser and not postgres" $(SIDE_BY_SIDE)

lint: $(VENV)/.ok-dev  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

demo: $(VENV)/.ok  ## a fictional commune, a month of cases on a moving clock
	@$(BIN)/python -m bot demo

bench: $(VENV)/.ok-dev  ## figures beside peers, JSON lines
	@$(BIN)/python -m bench

soak: $(VENV)/.ok-dev  ## the long versions of the reliability tests, hours; goes on where it was stopped
	@$(BIN)/python -m tests.soak run

audit: $(VENV)/.ok-dev  ## known holes in what is installed; fails when it cannot see
	@$(BIN)/python -m tests.trust.supply audit

sbom: $(VENV)/.ok-dev  ## list of everything installed, var/sbom.json (CycloneDX)
	@$(BIN)/python -m tests.trust.supply sbom var/sbom.json

fakes: $(VENV)/.ok-dev  ## local Telegram and Zalo servers to try the bot without any account
	@$(BIN)/python -m tests.fakes

lock: $(VENV)/.boot  ## renew the pinned requirements
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.txt

clean:  ## remove the virtual environment
	rm -rf $(VENV)
