# make run    prepares everything, fills an embedded store from generated logs, serves the dashboard
# make test   prepares everything and passes all tests
# make check  style, types, import rules
# make bench  speed, as ratios within one run

PYTHON ?= python3.11
UV_VERSION = 0.13.9
BIN = .venv/bin
export UV_PROJECT_ENVIRONMENT = .venv

.PHONY: run test fast check bench clean

run: .venv/prepared
	$(BIN)/dashboard demo --keep
	$(BIN)/dashboard serve

test: .venv/prepared-dev
	@sh tests/prepare.sh
	$(BIN)/python -m pytest

fast: .venv/prepared-dev
	$(BIN)/python -m pytest -m "not services and not browser and not real_data"

check: .venv/prepared-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/prepared-dev
	$(BIN)/python -m benchmarks

.venv/uv: Makefile
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or run make with PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear .venv || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/prepared: .venv/uv pyproject.toml uv.lock
	$(BIN)/uv sync --quiet --frozen --system-certs --no-dev --inexact
	@touch $@

.venv/prepared-dev: .venv/uv pyproject.toml uv.lock
	$(BIN)/uv sync --quiet --frozen --system-certs --inexact
	@touch $@ .venv/prepared

clean:
	rm -rf .venv var
