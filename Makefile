# make run    set everything up and serve (MUSIC=/path for your own folder)
# make test   set everything up, the servers of the engine suites included, and test
# make setup  stop when .venv/bin/philomel is ready
# make web    build the web player, if its source changed
# make check  formatting, lints, types, walls, wire and reference drift
# make compatibility  record anew what unmodified clients come to

PYTHON ?= python3
# Processes that test at once; 0 for none beside pytest's own.
TESTERS ?= 2
UV_VERSION := 0.13.8
BIN := .venv/bin
UV := .tools/bin/uv

# Folders go through the environment: no shell takes their spaces and quotes apart.
export MUSIC

.PHONY: run setup web test check wire reference compatibility wheel clean

run: setup web
	@$(BIN)/python tools/run.py

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock $(UV)
	@echo "Setting up .venv from uv.lock; the first time this takes a minute."
	@UV_PYTHON_DOWNLOADS=never $(UV) sync --quiet --frozen --compile-bytecode --python $(PYTHON)
	@$(BIN)/python -m compileall -q src
	@touch $@

web: setup
	@$(BIN)/python tools/web.py

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11; name another one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .tools || { rm -rf .tools; \
	  echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

test: setup web
	@$(BIN)/python tools/engines.py
	@$(BIN)/python tools/web.py test e2e
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: setup
	$(BIN)/python tools/web.py check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/wire.py --check
	$(BIN)/python tools/reference.py --check

wire: setup
	$(BIN)/python tools/wire.py

reference: setup
	$(BIN)/python tools/reference.py

compatibility: setup
	@$(BIN)/python tools/engines.py
	RECORD_COMPATIBILITY=1 $(BIN)/python -m pytest $$($(BIN)/python -m tests.clients.recording)
	$(BIN)/python tools/reference.py

wheel: setup web
	$(UV) build --quiet --wheel

clean:
	rm -rf .venv .tools .servers dist
