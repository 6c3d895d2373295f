# Two commands for a newcomer: `make demo` and `make test`. What takes long stands under `make acceptance`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Debian packages that tests use, installed only by root; without them those tests skip and say so.
DEBIAN := tshark mbpoll libmodbus-dev openssl gcc busybox chromium poppler-utils fonts-noto-cjk default-jre-headless

.PHONY: demo test acceptance lint clean

demo: $(VENV)/.installed
	@$(BIN)/testbed demo

test: $(VENV)/.test debian
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not acceptance" -q
	$(MAKE) --no-print-directory lint

acceptance: $(VENV)/.test debian
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered -q
	$(BIN)/testbed mutants | tail -n 3
	$(BIN)/python benchmarks/modbus_server.py
	$(BIN)/python benchmarks/fleet.py
	$(BIN)/python benchmarks/modbus_load.py

lint: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[fast]"
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[fast,gui]" --group test --group lint
	@if command -v npm >/dev/null; then \
	  npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/npm \
	    axe-core@4.14.1 vnu-jar@26.9.27 node-opcua@2.186.4; \
	fi
	@touch $@

.PHONY: debian
debian:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  missing=""; for p in $(DEBIAN); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	  if [ -n "$$missing" ]; then echo "installing$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  fi; \
	fi

clean:
	rm -rf $(VENV) results .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
