# `make run` and `make test` take a fresh checkout to a server and to a verdict. `make help` lists the rest.
# Everything is installed in .venv; ARGS goes to the command behind a target: make run ARGS="--port 0".

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
# The lock files are complete and every file in them is hashed, so pip has nothing to resolve. What is published as
# source only is built with the build tools of requirements/build.txt, already installed, rather than with whatever
# is newest today.
INSTALL := $(PIP) install --require-hashes --no-deps --no-build-isolation
UV := uv==0.13.9
# Tests start many processes of Python; told to keep no bytecode, each of them would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help run setup test soak lint format bench coverage lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: .venv/.runtime  ## a seeded server for development: rili dev
	@exec $(BIN)/rili dev $(ARGS)

setup: .venv/.runtime  ## .venv with what the server needs

test: .venv/.dev  ## every test, at everyday scale, on SQLite and PostgreSQL, on all cores
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

soak: .venv/.dev  ## the same tests at full counts
	@RILI_SOAK=1 $(BIN)/python -m pytest $(ARGS)

lint: .venv/.dev  ## formatter, linter, types, import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo

format: .venv/.dev  ## rewrite the sources as `make lint` wants them
	$(BIN)/ruff check --fix-only -q
	$(BIN)/ruff format

bench: .venv/.dev  ## benchmarks, side by side with peers
	@$(BIN)/python -m bench.run $(ARGS)

coverage: .venv/.dev  ## docs/coverage.md: which operations of the contract are answered, and their tests
	@$(BIN)/python -m tools.write_coverage

lock: .venv/.dev  ## newest releases within pyproject.toml's bounds, into requirements/*.txt
	@PYTHON=$(BIN)/python UV=$(UV) sh tools/lock.sh

clean:  ## remove .venv and caches
	rm -rf .venv build src/*.egg-info .hypothesis .import_linter_cache .pytest_cache .ruff_cache

# Made again when its Python is gone or the checkout has moved; an environment holds the paths of both.
INSTALLED_IN := $(shell $(BIN)/python -V >/dev/null 2>&1 && cat .venv/.runtime 2>/dev/null)
ifneq ($(INSTALLED_IN),$(CURDIR))
.PHONY: .venv/.runtime
endif

.venv/.runtime: pyproject.toml requirements/build.txt requirements/runtime.txt
ifneq ($(INSTALLED_IN),$(CURDIR))
	@PYTHON="$(PYTHON)" sh tools/make_venv.sh .venv
endif
	@echo "Installing what the server needs into .venv"
	@$(INSTALL) -r requirements/build.txt
	@$(INSTALL) -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@echo "$(CURDIR)" >$@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@echo "Installing what the tests need into .venv"
	@$(INSTALL) --no-compile -r requirements/dev.txt
	@touch $@
