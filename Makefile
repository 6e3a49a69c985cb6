# Every chore has a name. `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
DEMO   ?= demo
PYTEST  = $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test slow browser servers lint types layers docs golden bench dist format clean

help: ## list the chores
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- setting up

NATIVE := $(wildcard native/*.cpp native/*.hpp) CMakeLists.txt

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Covey needs Python >= 3.11; %s is %d.%d; pass PYTHON=python3.12 or the like" % (sys.executable, v[0], v[1]))'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

# An editable install: Python files are read from src, so only a change of the native core
# or of the dependencies installs anew.
$(VENV)/.installed: $(VENV)/.made pyproject.toml $(NATIVE)
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

$(VENV)/.with-%: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group $*
	@touch $@

# ---------------------------------------------------------------- the two commands

demo: $(DEMO)/customers.csv ## segment example customers and say where the report is
	$(BIN)/covey segment $(DEMO)/customers.csv -o $(DEMO)/segments --force

$(DEMO)/customers.csv: $(VENV)/.installed
	@mkdir -p $(DEMO)
	$(BIN)/covey example -o $@ --truth $(DEMO)/truth.csv --force

test: $(VENV)/.with-test ## the whole test suite, save pages in a browser and servers
	$(PYTEST)

# ---------------------------------------------------------------- more tests

slow: $(VENV)/.with-test ## the slow checks
	$(PYTEST) -m slow

browser: $(VENV)/.with-test $(VENV)/.with-browser ## open the report in Chromium
	$(PYTEST) -m browser tests/browser

servers: $(VENV)/.with-test ## read from a PostgreSQL server that the tests start
	$(PYTEST) -m servers tests/servers

golden: $(VENV)/.with-test ## write the golden files anew; look at the difference before you commit
	COVEY_GOLDEN=write $(PYTEST) tests/golden

# ---------------------------------------------------------------- order in the house

lint: $(VENV)/.with-lint ## style of Python and C++, spelling, docstrings
	$(BIN)/ruff check src tests benchmarks examples docs
	$(BIN)/ruff format --check src tests benchmarks examples docs
	$(BIN)/codespell src native tests docs *.md
	$(BIN)/clang-format --dry-run --Werror native/*.cpp native/*.hpp

types: $(VENV)/.with-lint $(VENV)/.with-test ## static types
	$(BIN)/pyright --pythonpath $(BIN)/python

layers: $(VENV)/.with-lint ## who imports whom
	$(BIN)/lint-imports

format: $(VENV)/.with-lint ## put Python and C++ in order
	$(BIN)/ruff check --fix src tests benchmarks examples docs
	$(BIN)/ruff format src tests benchmarks examples docs
	$(BIN)/clang-format -i native/*.cpp native/*.hpp

docs: $(VENV)/.installed ## generate docs/reference.md from the options and commands
	$(BIN)/python docs/generate.py

# A peer without a wheel for this machine is left out; the others are measured.
$(VENV)/.with-bench: $(VENV)/.installed pyproject.toml
	@$(BIN)/python -m pip install --quiet --group bench || $(BIN)/python -m benchmarks.peers
	@touch $@

bench: $(VENV)/.with-bench ## measure beside the peers; ONLY=photo a part, QUICK=1 a trial
	$(BIN)/python -m benchmarks --only '$(ONLY)' $(if $(QUICK),--quick)
	$(if $(ONLY)$(QUICK),,$(BIN)/python -m benchmarks.quality)

dist: $(VENV)/.made ## an sdist, and a wheel built from it
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build --outdir dist

clean: ## remove what was built; .venv and demo too
	rm -rf $(VENV) $(DEMO) build dist
