# Two commands on a fresh machine: `make run` and `make test`. Both first make the environment in .venv.
PYTHON ?= python3
VENV = $(or $(LINLI_VENV),.venv)
BIN = $(VENV)/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help environment run stop demo test check fmt bench attack fraud lock clean

help:  ## what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment:  ## make or renew .venv from requirements/lock.txt
	@command -v $(PYTHON) >/dev/null || { echo "linli: '$(PYTHON)' was not found; Linli needs Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) tools/bootstrap.py

run: environment  ## start everything here (its own PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL are set)
	@$(BIN) -m tools.run

stop:  ## stop the `make run` of this folder, from another terminal
	@$(BIN) -m tools.run stop

demo: environment  ## play a week of the demo neighbourhood against the running system
	@$(BIN) -m sandbox.demo $(ARGS)

# With ARGS only the named tests run, without the checks: make test ARGS="tests/points -k expiry"
test: environment $(if $(ARGS),,check)  ## check, then all tests on servers of their own
	@$(BIN) -m tools.run_tests $(ARGS)

check: environment  ## ruff, mypy and the import contracts
	@$(BIN) -m tools.check

fmt: environment  ## put the code in its form
	@$(BIN) -m ruff check --fix-only --quiet .
	@$(BIN) -m ruff format .

bench: environment  ## measure the claims and print the table
	@$(BIN) -m bench $(ARGS)

attack: environment  ## carry out the 33 attacks of the catalogue against a system of its own; one table (ARGS="8 9": some)
	@$(BIN) -m sandbox.attack $(ARGS)

fraud: environment  ## play a month of honest and dishonest traffic; print recall, precision, who was bothered
	@$(BIN) -m sandbox.fraud $(ARGS)

lock: environment  ## resolve requirements/*.in again (ARGS=--upgrade for newer versions)
	@$(BIN) tools/lock.py $(ARGS)

clean:  ## remove .venv and the caches; not the data in var/, nor what LINLI_VENV names
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find app tools tests sandbox bench migrations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
