# Every chore has a name. `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
DEMO   ?= demo
PYTEST  = $(BIN)/python -m pytest
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test slow sanitize fuzz browser servers lint types layers docs golden bench bench-images bench-verdicts dist format clean

help: ## list the chores
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

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

demo: $(DEMO)/customers.csv ## segment example customers, compress a picture, say where the reports are
	$(BIN)/covey segment $(DEMO)/customers.csv -o $(DEMO)/segments --force
	$(BIN)/python examples/compress_an_image.py $(DEMO)

$(DEMO)/customers.csv: $(VENV)/.installed
	@mkdir -p $(DEMO)
	$(BIN)/covey example -o $@ --truth $(DEMO)/truth.csv --force

test: $(VENV)/.with-test ## the whole test suite, save pages in a browser and servers
	$(PYTEST) -n $(WORKERS) --dist worksteal

# ---------------------------------------------------------------- more tests

slow: $(VENV)/.with-test ## the slow checks
	$(PYTEST) -m slow

browser: $(VENV)/.with-test $(VENV)/.with-browser ## open the report in Chromium
	$(PYTEST) -m browser tests/browser

servers: $(VENV)/.with-test ## read from a PostgreSQL server that the tests start
	$(PYTEST) -m servers tests/servers

# Checked builds, out of tree. Python's own allocator is left out, so that every array is seen.
SITE     = build/address/site
PACKAGES = $(abspath $(VENV))/lib/$(shell $(PYTHON) -c 'import sys; print("python%d.%d" % sys.version_info[:2])')/site-packages
RUNTIME  = $(foreach lib,libasan.so libstdc++.so,$(realpath $(shell $(CXX) -print-file-name=$(lib))))
CHECKING = env PYTHONPATH=$(abspath $(SITE)):$(PACKAGES) PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1 \
	LD_PRELOAD="$(RUNTIME)" ASAN_OPTIONS=detect_leaks=0 $(PYTHON)

build/%/native_tests: $(VENV)/.with-sanitize $(NATIVE) $(wildcard native/tests/*)
	PATH="$(abspath $(BIN)):$$PATH" cmake -S . -B $(@D) -DCMAKE_BUILD_TYPE=Release \
		-DPython_EXECUTABLE=$(abspath $(BIN))/python -DCOVEY_SANITIZE=$*$(if $(filter address,$*),$(comma)undefined)
	PATH="$(abspath $(BIN)):$$PATH" cmake --build $(@D) --parallel $(if $(filter thread,$*),--target native_tests)
	@touch $@
comma := ,

$(SITE): build/address/native_tests
	@mkdir -p $@/covey
	ln -sfn $(abspath src/covey)/* $(abspath build/address)/_core*.so $@/covey/

sanitize: build/address/native_tests build/thread/native_tests $(SITE) $(VENV)/.with-test ## the native core under ASan, UBSan and TSan
	build/address/native_tests
	build/thread/native_tests
	$(CHECKING) -m pytest -q -p no:cacheprovider --timeout 3000 tests/oracle/test_kernels.py \
		tests/oracle/test_coarse.py tests/oracle/test_seeding_on_grid.py tests/oracle/test_color_passes.py \
		tests/unit/test_passes.py tests/unit/test_threads.py

fuzz: $(SITE) $(VENV)/.with-test ## wrong arguments for the core, under ASan and UBSan; damaged images
	$(CHECKING) tests/fuzz/core_calls.py --exact --seconds $(FUZZ_SECONDS)
	$(BIN)/python tests/fuzz/image_files.py --seconds $(FUZZ_SECONDS)
FUZZ_SECONDS ?= 120

golden: $(VENV)/.with-test ## write the golden files anew; look at the difference before you commit
	COVEY_GOLDEN=write $(PYTEST) tests/golden

# ---------------------------------------------------------------- order in the house

lint: $(VENV)/.with-lint ## style of Python and C++, spelling, docstrings
	$(BIN)/ruff check src tests benchmarks examples docs
	$(BIN)/ruff format --check src tests benchmarks examples docs
	$(BIN)/codespell src native tests docs *.md
	$(BIN)/clang-format --dry-run --Werror native/*.[ch]pp native/tests/*.[ch]pp

types: $(VENV)/.with-lint $(VENV)/.with-test ## static types
	$(BIN)/pyright --pythonpath $(BIN)/python

layers: $(VENV)/.with-lint ## who imports whom
	$(BIN)/lint-imports

format: $(VENV)/.with-lint ## put Python and C++ in order
	$(BIN)/ruff check --fix src tests benchmarks examples docs
	$(BIN)/ruff format src tests benchmarks examples docs
	$(BIN)/clang-format -i native/*.[ch]pp native/tests/*.[ch]pp

docs: $(VENV)/.installed ## generate docs/reference.md from the options and commands
	$(BIN)/python docs/generate.py

# A peer without a wheel for this machine is left out; the others are measured.
$(VENV)/.with-bench: $(VENV)/.installed pyproject.toml
	@$(BIN)/python -m pip install --quiet --group bench || $(BIN)/python -m benchmarks.peers
	@touch $@

bench: $(VENV)/.with-bench ## measure beside the peers; ONLY=photo a part, QUICK=1 a trial
	$(BIN)/python -m benchmarks --only '$(ONLY)' $(if $(QUICK),--quick)
	$(if $(ONLY)$(QUICK),,$(BIN)/python -m benchmarks.quality)

bench-images: $(VENV)/.with-bench ## colors beside pngquant and the like; photos of COVEY_DATA, QUICK=1 a trial
	$(BIN)/python -m benchmarks.images $(if $(QUICK),--quick)

bench-verdicts: $(VENV)/.with-bench ## are the verdicts right? generated sets with their truth, beside naive ways
	$(BIN)/python -m benchmarks.verdicts --write

dist: $(VENV)/.made ## an sdist, and a wheel built from it
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build --outdir dist

clean: ## remove what was built; .venv and demo too
	rm -rf $(VENV) $(DEMO) build dist
