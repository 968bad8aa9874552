# Berth's commands; `make` lists them. Each sets up what it needs, and a second time finds it there.
#
# PYTHON picks the interpreter that `.venv` is made from, PORT the port, ARGS goes to the program that a target runs.

PYTHON ?= python3
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run demo dev test check messages bench lock clean for-running for-testing

help: # (this list)
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

run: for-running ## serve Berth on 127.0.0.1:8000 (PORT=9000 changes that), and print the address
	@$(PY) -m console.keys
	@exec $(PY) manage.py serve

demo: for-testing ## the same, with a registry to try it on and everything to type on the terminal
	@$(PY) -m tests.lab.packages docker-registry
	@exec $(PY) -m tests.lab.demo

dev: for-testing ## serve with reloading and faults shown in the browser, for those who change the code
	@$(PY) -m console.keys
	@DEBUG=yes $(PY) manage.py migrate --verbosity 0
	@DEBUG=yes exec $(PY) manage.py runserver "127.0.0.1:$${PORT:-8000}"

test: for-testing ## every test, on SQLite and on PostgreSQL; ARGS="-k words" picks some
	@$(PY) -m tests.lab.packages
	@exec $(PY) -m tests.lab.run $(ARGS)

check: for-testing ## format, lint, types, import layers, templates, migrations, deployment
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) .venv/bin/lint-imports --no-cache
	find templates -name '*.html' -exec .venv/bin/djade --check {} +
	$(PY) -m tests.lab.deployment

messages: for-testing ## gather every sentence into the catalogues of console/locale, and compile them
	@$(PY) -m tests.lab.messages

bench: for-testing ## measure what people wait for
	@$(PY) -m tests.lab.packages docker-registry
	@exec $(PY) -m tests.bench $(ARGS)

# What is pinned stays where it still fits; ARGS=--upgrade moves everything to the newest.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(ARGS)

lock: for-running ## resolve pyproject.toml into .lock again (ARGS=--upgrade for newer versions)
	echo uv | $(COMPILE) - --output-file .lock/uv.txt
	$(COMPILE) pyproject.toml --output-file .lock/run.txt
	$(COMPILE) pyproject.toml --extra dev --constraint .lock/run.txt --output-file .lock/dev.txt

clean: ## remove the environment, caches and the demo; your data in var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis var/demo var/pulp
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The machine client is one file that acts by the name it is called by. Links do what `pip install .` would, and build nothing.
CLIENT = $(addprefix .venv/bin/,berth docker-credential-berth berth-credential-provider)

# The environment. Beside the packages lies a copy of each lock file they came from: while the two are the same there is
# nothing to do, however often the files were checked out. What tests need contains what running needs.

for-running: .venv/uv.txt $(CLIENT)
	@$(call install,run)

for-testing: .venv/uv.txt $(CLIENT)
	@$(call install,dev)
	@cmp -s .lock/run.txt .venv/run.txt || cp .lock/run.txt .venv/run.txt

# uv is fast, but reads none of pip's configuration, so pip goes where uv finds no index. Compiled here, since it is
# compiled at every start otherwise wherever PYTHONDONTWRITEBYTECODE is set.
define install
cmp -s .lock/$(1).txt .venv/$(1).txt || { \
	echo "Installing the packages of .lock/$(1).txt ..." && \
	{ .venv/bin/uv pip install --quiet --python $(PY) --compile-bytecode --require-hashes -r .lock/$(1).txt \
	|| $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .lock/$(1).txt; } && \
	cp .lock/$(1).txt .venv/$(1).txt; }
endef

.venv/uv.txt: .lock/uv.txt | $(PY)
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .lock/uv.txt
	@cp .lock/uv.txt $@

$(CLIENT): | $(PY)
	@ln -sf ../../registries/machine/berth.py $@

# Debian keeps a part of Python's venv module in a package of its own.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Berth needs Python 3.11 or newer, and $(PYTHON) is not. Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		test "$$(id -u)" = 0 && grep -qs '^ID=debian' /etc/os-release && echo "Installing python3-venv ..." && \
		apt-get update -qq && apt-get install -qqy --no-install-recommends python3-venv >/dev/null; } || { \
		echo "Berth needs Python's venv module, and $(PYTHON) has none. On Debian: sudo apt-get install python3-venv" >&2; exit 1; }
	@rm -rf .venv && $(PYTHON) -m venv .venv
