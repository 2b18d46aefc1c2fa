# What one does with Yimen. Each target sets up what it needs, on any Debian or Ubuntu with Python >= 3.11 and make.
#   PORT=8080     where `make run` opens the hall
#   DEMO=1        `make run`: citizens and clerks keep working at a moved clock; DEMO=0: an empty hall
#   JOINED=fire   `make run-real`: departments without a window here, since their own system answers (docs/integrators)
#   PYTHON=...    the interpreter to build .venv with, instead of the newest found
#   JOBS=2        test workers side by side, each with a broker and a database of its own
#   BROKER=4      run `make faults` on a RabbitMQ 4 in .tools/, made once (root only)
#   ARGS=...      handed on: make test ARGS="-k deemed", make lock ARGS=--upgrade

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.PHONY: help run run-real demo test shots lint contracts rules bench faults audit sbom lock clean

PORT ?= 8080
PYTHON ?=
JOBS ?= 2
BROKER ?=
DEMO ?=
ARGS ?=
PY := .venv/bin/python
export PORT PYTHON DEMO

PAGES := $(shell find hall -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/generated/*') \
	$(wildcard contracts/openapi/*.json)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp hall/dist/stamp ## Open the whole hall in one process at http://127.0.0.1:8080 (PORT=...)
	@exec $(PY) -m deploy.embedded $(ARGS)

run-real: .venv/run.stamp hall/dist/stamp ## Open it on RabbitMQ and PostgreSQL, one process per service
	@exec $(PY) -m deploy.real $(ARGS)

demo: .venv/run.stamp ## Play the standard day and print each case's timeline
	@exec $(PY) -m sim.demo $(ARGS)

test: .venv/dev.stamp hall/dist/stamp ## Run every test, with a private RabbitMQ and PostgreSQL, and Chromium
	@sh tools/real-parts.sh
	@exec $(PY) -m pytest -p tests.faults.table -p tests.support.order -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

shots: .venv/dev.stamp hall/dist/stamp ## Take a picture of every page, wide and narrow, into var/shots
	@sh tools/real-parts.sh
	@exec $(PY) -m tests.browser.shots $(ARGS)

lint: .venv/dev.stamp hall/dist/stamp ## Check style, types and the direction of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	PATH="$$(sh tools/node.sh):$$PATH" npm --prefix hall run --silent lint

contracts: .venv/dev.stamp ## Write AsyncAPI, JSON Schemas and OpenAPI; fail on an incompatible change
	@exec $(PY) -m deploy.contracts $(ARGS)

rules: .venv/dev.stamp ## Show which tests keep which rule of the field
	@sh tools/real-parts.sh
	@exec $(PY) -m tests.rules $(ARGS)

bench: .venv/dev.stamp ## Measure what it costs, beside others (ARGS="consumer --quick")
	@sh tools/real-parts.sh
	@exec $(PY) -m bench $(ARGS)

faults: .venv/dev.stamp ## Kill, freeze and cut off real parts; lose no event and no fen (BROKER=4: on RabbitMQ 4)
	@sh tools/real-parts.sh
	@case '$(BROKER)' in '') ;; 4) scripts=$$(sh tools/broker4.sh); export YIMEN_TEST_RABBITMQ_SCRIPTS="$$scripts" ;; \
		*) echo 'BROKER: only 4, or none for the installed one'; exit 2 ;; esac; \
	exec env YIMEN_FAULTS=long $(PY) -m pytest -p tests.faults.table --every-row \
		tests/faults tests/test_broker_rights.py yimen/bus/tests/test_carriers.py services/fees/tests $(ARGS)

audit: .venv/dev.stamp ## Look up known vulnerabilities of every locked package (exit 3: they cannot be looked up from here)
	@exec $(PY) tools/audit.py $(ARGS)

sbom: .venv/dev.stamp ## Write what is inside, as CycloneDX documents, into build/sbom
	@exec sh tools/sbom.sh $(ARGS)

lock: .venv/run.stamp ## Write the Python lock files anew from pyproject.toml
	@sh tools/lock.sh $(ARGS)

clean: ## Remove what the tools made; the hall's data in var/ stays
	rm -rf .venv .tools hall/dist hall/node_modules hall/src/generated .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .schemathesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as new as the lock file that was installed: a second start asks pip nothing.
.venv/run.stamp: requirements.lock
	@sh tools/venv.sh requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock
	@sh tools/venv.sh requirements-dev.lock
	@touch .venv/run.stamp $@  # what runs is part of what tests

# The pages are built anew when they, or what the services promise them, changed.
hall/dist/stamp: $(PAGES) | .venv/run.stamp
	@sh tools/hall.sh
	@touch $@
