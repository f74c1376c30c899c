# SPDX-License-Identifier: Apache-2.0
# make help lists the targets.
MODEL ?= ern_small
BOARD ?= kv260
FPS ?=
IMAGE ?=
IMAGES ?=
WEIGHTS ?=
ARITHMETIC ?=
LIMITS ?=
FAMILIES ?=
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
ERN = $(VENV)/bin/ern
READY = $(VENV)/.ready
BUILD_ARGS = '$(MODEL)' --board '$(BOARD)' $(if $(FPS),--fps '$(FPS)') $(if $(IMAGE),--image '$(IMAGE)') \
  $(if $(IMAGES),--images '$(IMAGES)') $(if $(WEIGHTS),--weights '$(WEIGHTS)') \
  $(if $(ARITHMETIC),--arithmetic '$(ARITHMETIC)') $(LIMITS:%=--limit '%') $(FAMILIES:%=--family '%')

GATED ?= ern_tiny ern_small

.PHONY: gate baseline gated help setup synth test test-current test-system fuzz fuzz-graphs fuzz-reports coverage mutation
.PHONY: bench lint clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14
	@echo 'Variables: MODEL=$(MODEL) BOARD=$(BOARD) FPS=frames a second'
	@echo 'LIMITS="lut=77572 bram18=280 uram=64": most that the design may take, held by gates'
	@echo 'FAMILIES=xc7: synthesised too, besides the family of the board and ecp5'
	@echo 'ARITHMETIC=portable: lanes without primitives of the family'
	@echo 'Official networks: WEIGHTS=checkpoint (else seeded) IMAGE=HxW; IMAGES=how many are simulated'

setup: $(READY) ## install everything, pinned, into .venv/

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v == (3, 11) else f"Python 3.11 is needed for TensorFlow 2.14, found {v[0]}.{v[1]}; install it or set PYTHON=")'
	@for tool in g++ perl; do command -v $$tool >/dev/null || { echo "$$tool is missing; install it (Debian: apt-get install g++ perl)" >&2; exit 1; }; done
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

synth: $(READY) ## build MODEL for BOARD: graph, HLS, RTL, simulation, synthesis, report, gates
	$(ERN) build $(BUILD_ARGS)

test: $(READY) ## the whole test-suite
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -m 'not system' tests

CURRENT_PYTHON ?= $(shell for v in 3.13 3.12; do for p in python$$v $(HOME)/.pyenv/versions/$$v*/bin/python3; do $$p -c '' 2>/dev/null && echo $$p && exit; done; done)
CURRENT = .venv-current

$(CURRENT)/.ready: requirements-flow.lock pyproject.toml
	@test -n '$(CURRENT_PYTHON)' || { echo 'Python 3.12 or 3.13 is needed here; install one or set CURRENT_PYTHON=' >&2; exit 1; }
	$(CURRENT_PYTHON) -m venv $(CURRENT)
	$(CURRENT)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-flow.lock
	$(CURRENT)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Modules of SystemVerilog alone: `make test` has run them, and no Python takes part in what they show.
HARDWARE_ALONE = arithmetic forms shared_lanes streams unit_cost

test-current: $(CURRENT)/.ready ## what needs no TensorFlow, on the newest Python
	$(CURRENT)/bin/python -m pytest -m 'not system and not tensorflow' $(HARDWARE_ALONE:%=--ignore=tests/rtl/test_%.py) tests

test-system: $(READY) ## tests that need system packages (chromium) and root (tmpfs)
	$(VENV)/bin/python -m pytest -m system tests

gate: gated ## build the nets of GATED, and hold them against baselines/
	@for model in $(GATED); do \
	    $(ERN) gate "build/gate/$$model/report.json" --budget baselines/budget.yaml \
	        --baseline "baselines/$$model.json" || exit; \
	done

baseline: gated ## write baselines/ anew from builds of GATED
	@for model in $(GATED); do \
	    $(VENV)/bin/python -m reports baseline update "build/gate/$$model/report.json" \
	        -o "baselines/$$model.json" || exit; \
	done

gated: $(READY)
	@mkdir -p build/gate
	@for model in $(GATED); do \
	    $(ERN) build "$$model" --images 2 --build-root build/gate >build/gate/log || { cat build/gate/log; exit 1; }; \
	done

fuzz: fuzz-reports fuzz-graphs ## spoilt reports; 400 random graphs through graph, csim and rtlsim

fuzz-graphs: $(READY)
	$(VENV)/bin/python -m flow.fuzz --graphs 400

FUZZ_CASES ?= 20000
FUZZ_SECONDS ?= 20
FUZZ_SEED ?= 1

fuzz-reports: $(READY) ## FUZZ_CASES spoilt reports, then FUZZ_SECONDS of guided fuzzing of each parser
	$(VENV)/bin/python tests/reports/fuzz/campaign.py --cases $(FUZZ_CASES) --seed $(FUZZ_SEED) --every-byte 5000 --heavy
	$(VENV)/bin/python tests/reports/fuzz/guided.py --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)

coverage: $(READY) ## lines and branches of reports/ that its tests reach; fails below 95 %
	@mkdir -p build
	$(VENV)/bin/python -m coverage run -m pytest -q -m 'not system' tests/reports
	$(VENV)/bin/python -m coverage report --skip-covered

mutation: $(READY) ## mutants of gates and parser arithmetic (an hour; MUTANTS='--each 40': of each parser so many)
	$(VENV)/bin/python tests/reports/mutants.py $(MUTANTS)

bench: $(READY) ## measure, and write docs/benchmarks.md
	$(VENV)/bin/python -m flow.bench
	$(VENV)/bin/python -m reports.bench --write docs/reports/benchmarks.md $(if $(wildcard ../shared/report_corpus),--corpus ../shared/report_corpus)

lint: $(READY) ## ruff and mypy only
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

clean: ## remove build/ (keeps .venv/)
	rm -rf build
