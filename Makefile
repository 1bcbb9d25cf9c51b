# Everything that is done with Tallyman from a shell. It needs make, and a Python from 3.11 on.
# All paths are relative, so that the folder may have any name.

PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format bench lock clean

help: ## Show this list.
	@echo "Usage: make TARGET"
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' Makefile | \
	while IFS='|' read -r target meaning; do printf '  %-7s %s\n' "$$target" "$$meaning"; done

run: .venv/run.installed ## Start Tallyman; with nothing configured, in a sandbox with made-up data.
	@exec $(PYTHON) app.py $(ARGS)

test: .venv/test.installed ## Run the tests, or some of them: make test ARGS="-k card"
	@exec $(PYTHON) -m pytest $(ARGS)

check: .venv/test.installed ## Check format, lint rules, types, and who imports whom.
	@$(PYTHON) -m ruff format --check . || { echo "To put that right: make format"; exit 1; }
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -c 'from importlinter import cli; cli.lint_imports_command(["--no-logo"])'

format: .venv/test.installed ## Put right what can be put right without thought.
	@$(PYTHON) -m ruff check --fix-only .
	@$(PYTHON) -m ruff format .

bench: .venv/test.installed ## Measure against the budgets.
	@exec $(PYTHON) -m tests.benchmarks $(ARGS)

lock: .venv-lock/installed ## Write both lock files anew, with the newest versions that fit.
	@echo "Compiling requirements.lock and tests/requirements.lock ..."
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@$(COMPILE) --constraint requirements.lock --output-file tests/requirements.lock \
		--group pyproject.toml:dev

clean: ## Remove environments and caches; data stays.
	@rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# How the environment comes to be. Each step leaves a file when it is through, so that one which was
# interrupted is done again, and one whose lock file has changed too.

.venv/run.installed: requirements.lock .venv/made
	@echo "Installing what Tallyman needs (the first time, that takes a minute) ..."
	@$(call install,-r requirements.lock)
	@touch $@

.venv/test.installed: tests/requirements.lock .venv/run.installed
	@echo "Installing what its tests need ..."
	@$(call install,-r requirements.lock -r tests/requirements.lock)
	@touch $@

.venv/made: .venv/bin/python
	@$(call make_environment,.venv)
	@touch $@

# Without a recipe, a Python that is not there counts as new: then the environment is made (again).
.venv/bin/python:

# The tool that compiles the lock files is no dependency: it has an environment of its own.
.venv-lock/installed:
	@$(call make_environment,.venv-lock)
	@.venv-lock/bin/python -m pip install $(PIP_OPTIONS) --quiet uv
	@touch $@

# For every Python and platform at once. Nothing of this machine may get into the files, least of
# all the address of a package index.
COMPILE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command "make lock"

PIP_OPTIONS := --no-input --disable-pip-version-check --root-user-action ignore

# Shows one line per package, and everything that pip complains about.
define install
rm -f .venv/failed; \
{ PYTHONUNBUFFERED=1 $(PYTHON) -m pip install $(PIP_OPTIONS) --require-hashes $(1) || \
	touch .venv/failed; } | sed -n 's/^Collecting \([^=]*\)==\([^ ]*\).*/  \1 \2/p'; \
if test -e .venv/failed; then \
	echo "pip could not install everything; what it said stands above. To go on: the same again." >&2; \
	exit 1; \
fi
endef

# Debian ships a Python whose venv cannot install pip (ensurepip is missing); such a one is passed
# over, and named when there is no other.
define make_environment
for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	version=$$($$python -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue; \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old="$$old $$version"; continue; }; \
	$$python -c 'import ensurepip, venv' 2>/dev/null || { bare=$$version; continue; }; \
	echo "Making $(1) with Python $$version ..."; \
	exec $$python -m venv --clear $(1); \
done; \
if test -n "$$bare"; then \
	echo "Python $$bare is here, but without its venv module: on Debian or Ubuntu," >&2; \
	echo "apt install python3-venv brings it. Then type the same again." >&2; \
elif test -n "$$old"; then \
	echo "Tallyman needs Python 3.11 or newer; here is only$$old." >&2; \
else \
	echo "Tallyman needs Python 3.11 or newer; here is none (looked for python3 on the PATH)." >&2; \
fi; \
exit 1
endef
