# make demo: plan and apply the examples on the sandbox · make test: everything that CI checks
# make every-case: every case of the large tests; make test runs a share, another one each day
# make soak: a crash at each effect, thousands of random ones, and histories of reviews (CRASHES=10000 HISTORIES=100000 WORKERS=2)
# make mutants: mutation tests of outcome, journal, state and reviews (a few minutes)
# make words: write down every message of the program, so that the diff shows each new wording
# make reference: write the tables of docs/reference.md again · make pictures: take its screenshots
# make bench: speed and memory, compared with octoDNS · make clean: delete what these targets made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CRASHES ?= 10000
HISTORIES ?= 100000
WORKERS ?= 2
SOURCES := pyproject.toml README.md LICENSE $(shell find coursesync -name '*.py' -o -name py.typed)
# keep the byte code: otherwise each test process compiles the modules again
unexport PYTHONDONTWRITEBYTECODE
PYTEST_OPTIONS := --dist loadgroup --durations 10 --hypothesis-seed $(shell date -u +%Y%j)
# without coverage: these tests repeat what the others run once, and measuring doubles their time
UNMEASURED := $(addprefix tests/,editor browser crash power damage secrecy hostile) \
	$(patsubst %,tests/cli/test_cli_%.py,import journal left lock overwrites resolve_and_state settling signals stale state_file terminal) \
	tests/cli/test_story.py tests/outlines/test_canonical_properties.py
TEMPLATES := coursesync/operations/templates
WORKFLOWS := $(wildcard .github/workflows/*.yml $(TEMPLATES)/github/*.yml)

.PHONY: first-run words reference pictures demo test lint workflows compiled coverage chromium every-case soak mutants bench clean

demo: $(VENV)/demo
	@rm -rf courses/.coursesync
	$(BIN)/coursesync validate courses
	$(BIN)/coursesync plan courses --sandbox
	$(BIN)/coursesync apply courses --sandbox --auto-approve
	$(BIN)/coursesync plan courses --sandbox --detailed-exitcode
	@printf '%s\n' "$$TRY_NEXT"

define TRY_NEXT

What to try next:

1. See the courses as members do; open the address that this prints:
   $(BIN)/coursesync preview courses

2. Move a lesson: in courses/onboarding.yaml, put the line
       - onboarding/find-your-desk.md
   at the end of the lessons of the section "getting-in". Then see what would
   change, and change it:
   $(BIN)/coursesync plan courses --sandbox
   $(BIN)/coursesync apply courses --sandbox

3. Give that lesson another title, at the top of its own file
   courses/onboarding/find-your-desk.md, and do the same again.

4. Use your own courses: see "Your own courses" in docs/engineer.md.
endef
export TRY_NEXT

test: $(VENV)/dev $(VENV)/npm chromium
	$(MAKE) --no-print-directory -j 3 -O lint workflows compiled
	$(MAKE) --no-print-directory coverage

lint: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

workflows: $(VENV)/dev
	$(BIN)/zizmor --offline --no-config --persona pedantic --quiet .github action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci $(TEMPLATES)/gitlab-ci.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

# compile the tests once, before six processes do it at the same time
compiled: $(VENV)/dev
	@$(BIN)/pytest --collect-only -qq >/dev/null

# the tests import the built wheel, never this folder
coverage: $(VENV)/dev $(VENV)/npm chromium
	rm -f .coverage .coverage.*
	$(BIN)/coverage run $(BIN)/pytest -n 6 $(PYTEST_OPTIONS) $(addprefix --ignore=,$(UNMEASURED))
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/pytest -n 6 $(PYTEST_OPTIONS) $(UNMEASURED)

# the tests check pages in the machine's browser, and fail without one
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
		echo "the tests need Chromium or Google Chrome: install one, for example by  sudo apt-get install chromium"; exit 1; \
	fi

# `make test` runs only a share of these cases, another one each day
every-case: $(VENV)/dev $(VENV)/npm chromium
	$(BIN)/pytest -n 6 $(PYTEST_OPTIONS) --every-case tests

# each effect of each scenario, and the 50 histories on real repositories; then what chance picks
soak: $(VENV)/dev
	$(BIN)/pytest -n $(WORKERS) $(PYTEST_OPTIONS) --every-case tests/crash tests/ci/test_ci_histories.py
	PYTHONPATH=tests:tests/power $(BIN)/python -P -m crash.soak --crashes $(CRASHES) --workers $(WORKERS)
	PYTHONPATH=tests:tests/power $(BIN)/python -P -m ci.histories.soak --histories $(HISTORIES) --workers $(WORKERS)

# lists the survivors; pyproject.toml says which may survive, and why
mutants: $(VENV)/mutants
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results

# write the tables of docs/reference.md that come from the code
reference: $(VENV)/dev
	PYTHONPATH=tests $(BIN)/python -P -m docs.reference
	git diff --stat -- docs

# take the screenshots of docs/images again
pictures: $(VENV)/dev chromium
	PYTHONPATH=tests $(BIN)/python -P -m docs.pictures

words:
	$(PYTHON) tests/words/collect.py
	git diff --stat -- tests/words

# a newcomer's first run: the commands, and how long they take
first-run: $(VENV)/dev
	$(BIN)/python tests/bench/first_run.py

bench: $(VENV)/bench chromium first-run
	$(BIN)/python tests/bench/bench.py
	PYTHONPATH=tests $(BIN)/python -P -m bench.scale
	PYTHONPATH=tests $(BIN)/python -P -m bench.lessons
	PYTHONPATH=tests $(BIN)/python -P -m bench.markdown
	PYTHONPATH=tests $(BIN)/python tests/bench/schedule.py
	PYTHONPATH=tests $(BIN)/python tests/bench/requests.py
	PYTHONPATH=tests $(BIN)/python tests/bench/reorder.py
	PYTHONPATH=tests $(BIN)/python -P -m bench.pages

clean:
	rm -rf $(VENV) dist mutants .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache courses/.coursesync

$(VENV)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "coursesync needs Python 3.11 or newer; name it, as in  make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/demo: $(VENV)/pip $(SOURCES)
	$(BIN)/pip install --quiet --force-reinstall --no-deps .
	$(BIN)/pip install --quiet .
	@touch $@

$(VENV)/dev: $(VENV)/pip $(SOURCES)
	$(BIN)/pip install --quiet --no-compile --group dev
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist
	$(BIN)/pip install --quiet --force-reinstall --no-deps dist/*.whl
	$(BIN)/pip install --quiet dist/*.whl
	@touch $@

# the lock file pins each package by its hash
$(VENV)/npm: $(VENV)/pip tests/package.json tests/package-lock.json
	@command -v npm >/dev/null || { echo "the tests need npm: install Node.js 20 or newer"; exit 1; }
	rm -rf $@ && mkdir $@ && cp tests/package.json tests/package-lock.json $@
	cd $@ && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/bench: $(VENV)/dev
	$(BIN)/pip install --quiet --group bench
	@touch $@

$(VENV)/mutants: $(VENV)/dev
	$(BIN)/pip install --quiet --group mutants
	@touch $@
