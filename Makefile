# `make run` and `make test` need Python 3.11+ and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# As many as there are cores: films and processes that wait for their turn too long fail tests that nothing is wrong with.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() or 1)')

.PHONY: run test test-all lint bench faults messages lock clean

run: .venv/run.stamp
	@exec $(BIN)/python manage.py up $(ARGS)

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not system" $(ARGS)

# Everything that CI runs: `make test`, the system tests (whole processes, outages, many hosts, browsers), then what
# writes a query or a queue message again on PostgreSQL and Redis, as production has it.
CI_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
CI_REDIS_URL ?= redis://127.0.0.1:6379/0
QUERIES := tests/library tests/generation/lifecycle tests/generation/spending tests/generation/reviews tests/generation/ledger \
	tests/generation/views tests/generation/supervision/test_guessing.py tests/faults tests/upgrade
# What these are about is the content of files, whatever the database.
MEDIA := --ignore=tests/library/hostile --ignore=tests/library/decoding
# What these measure by the clock needs the machine for itself.
TIMED := tests/faults tests/generation/supervision
ON_SQLITE := env -u DATABASE_URL -u REDIS_URL
ON_POSTGRESQL := env DATABASE_URL=$(CI_DATABASE_URL) REDIS_URL=$(CI_REDIS_URL)
PARALLEL := -n $(JOBS) --dist worksteal

test-all: .venv/dev.stamp
	$(ON_SQLITE) $(MAKE) test
	$(ON_SQLITE) $(BIN)/python -m pytest -m system $(PARALLEL) $(addprefix --ignore=,$(TIMED)) tests
	$(ON_SQLITE) $(BIN)/python -m pytest -m system $(TIMED)
	$(ON_POSTGRESQL) $(BIN)/python -m pytest -m "not system" $(PARALLEL) --only-database $(MEDIA) $(QUERIES)
	$(ON_POSTGRESQL) $(BIN)/python -m pytest -m system --only-database tests/faults tests/upgrade \
		tests/generation/supervision/test_guessing.py
	$(ON_POSTGRESQL) $(BIN)/python -m pytest -m system tests/faults/test_slow_sockets.py

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python .ci/check_templates.py templates
	$(BIN)/python .ci/check_language.py
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python .ci/check_vulnerabilities.py requirements.lock

bench: .venv/dev.stamp
	$(BIN)/python -m pytest tests/benchmarks -o python_files='bench_*.py' -q -s $(ARGS)

# The fault suite with its full sizes; the closing lines give the counts. DATABASE_URL and REDIS_URL choose the parts.
faults: .venv/dev.stamp
	BACKLOT_FAULTS_FULL=1 MANY_HOSTS_JOBS=2000 $(BIN)/python -m pytest tests/faults \
		tests/generation/lifecycle/submit/test_submit_outcomes.py tests/generation/lifecycle/test_state_machine.py -q $(ARGS)

# Writes the catalogues in `locale/` from all messages of the source; docs/translating.md describes the work.
messages: .venv/dev.stamp
	$(BIN)/python locale/messages.py update

# Needs uv; writes no index and no host.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps say that an install came to its end. Without one, and when its Python is gone, .venv is made anew.
$(shell $(BIN)/python -c 'import pip' 2>/dev/null || rm -f .venv/*.stamp)

define install
@$(PYTHON) -c 'import sys; sys.exit("Backlot needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
@test -e .venv/run.stamp || { echo "Making .venv"; $(PYTHON) -m venv --clear .venv; }
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
@touch $@ .venv/run.stamp
endef

.venv/run.stamp: requirements.lock
	$(install)

.venv/dev.stamp: requirements-dev.lock
	$(install)
