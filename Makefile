# Every target sets up what it needs; nothing is installed outside this folder.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NODE_MODULES := tests/convex/node_modules
NODE_READY := $(NODE_MODULES)/.ready
EXPRESS_READY := tests/express/node_modules/.ready

.PHONY: demo test guards check bench node clean

demo: $(READY) $(NODE_READY) $(EXPRESS_READY) ## the diff that migrating the example would make, and the proof that the result works
	@$(BIN)/convexify migrate examples/bookshop
	@PYTHONPATH=tests $(BIN)/python tests/prove_example.py

test: $(READY) $(NODE_READY) $(EXPRESS_READY) ## all tests
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

guards: $(READY) ## no guarded route of the repositories below CONVEXIFY_REPOSITORIES can be reached without its guard
	@test -d "$(CONVEXIFY_REPOSITORIES)" || \
	  { echo "Name a folder of cloned repositories: make guards CONVEXIFY_REPOSITORIES=/path/to/clones" >&2; exit 1; }
	@CONVEXIFY_REPOSITORIES="$(abspath $(CONVEXIFY_REPOSITORIES))" $(BIN)/pytest tests/test_guarded_repositories.py

check: $(READY) ## lint and types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(READY) ## a dry run against parsing alone and against ast-grep
	@$(BIN)/python bench/compare.py

node: $(NODE_READY) $(EXPRESS_READY) ## the node packages of the tests

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || \
	  { echo "Python 3.11 or newer is needed: install it, or name one with 'make PYTHON=/path/to/python'." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(NODE_READY): tests/convex/package.json tests/convex/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || \
	  { echo "Node 20 or newer with npm is needed to run the tests: https://nodejs.org" >&2; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || \
	  { echo "Node 20 or newer is needed to run the tests; this is $$(node --version)." >&2; exit 1; }
	@npm ci --prefix tests/convex --no-audit --no-fund --loglevel=error
	@touch $@

$(EXPRESS_READY): tests/express/package.json tests/express/package-lock.json $(NODE_READY)
	@npm ci --prefix tests/express --no-audit --no-fund --loglevel=error --ignore-scripts
	@touch $@

clean: ## everything that a target made
	rm -rf $(VENV) $(NODE_MODULES) tests/express/node_modules .mypy_cache .ruff_cache .pytest_cache
	find codemods cli tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
