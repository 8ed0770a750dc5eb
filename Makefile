# make run    set everything up and serve (MUSIC=/path for your own folder)
# make test   set everything up, the servers of the engine suites included, and test
# make setup  stop when .venv/bin/philomel is ready
# make check  formatting, lints, types, walls, wire drift

PHILOMEL_PORT ?= 4040
PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin
UV := .tools/bin/uv
MUSIC ?=

export PHILOMEL_PORT

.PHONY: run setup test check wire bench clean

run: setup
	@$(BIN)/python tools/run.py $(if $(MUSIC),--music "$(MUSIC)")

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@test -x $(UV) || { $(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@UV_PYTHON_DOWNLOADS=never $(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

test: setup
	@$(BIN)/python tools/engines.py
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/wire.py --check

wire: setup
	$(BIN)/python tools/wire.py

clean:
	rm -rf .venv .tools .servers
