# Two commands matter: `make run` starts everything, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
CASES ?=
PEERS := .envs/peers
SITE_PEERS := .envs/site-peers
PORT ?= 8000
export NAGARA_HOME ?= $(CURDIR)/var

.PHONY: help install assets run test full bench lint clean

help:
	@echo "make run [DATA=folder]   start the site with demo data and print where it is"
	@echo "make test                everything this machine can check"
	@echo "make full                the long forms: 100 rounds, PostgreSQL, Spark, fuzzers, scale"
	@echo "make bench [CASES=...]   measure against other tools"

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/installed: pyproject.toml $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[dev]"
	@touch $@

$(VENV)/assets: package.json package-lock.json $(VENV)/installed
	$(BIN)/python -m nagara.campus.design.collect_assets
	@touch $@

$(VENV)/oracles: $(VENV)/installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[dev,oracles]"
	@touch $@

install: $(VENV)/assets
assets: $(VENV)/assets

run: install
	$(BIN)/nagara demo
	$(if $(DATA),PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/jakarta/load.sh "$(DATA)")
	$(if $(DATA),PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/singapore/load.sh "$(DATA)")
	$(BIN)/nagara serve --demo --port $(PORT)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/django-admin makemigrations --check --dry-run --settings nagara.campus.settings

test: lint $(VENV)/oracles
	$(BIN)/pytest -n 2 --dist loadgroup -m "not full and not spark"

full: lint $(VENV)/oracles
	$(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[dev,spark,fast]"
	NAGARA_FULL=1 $(BIN)/pytest -n 2 --dist loadgroup

$(PEERS)/installed: benchmarks/peers.txt $(BIN)/uv
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python -r benchmarks/peers.txt
	@touch $@

$(SITE_PEERS)/installed: benchmarks/peers_campus.txt $(BIN)/uv
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(SITE_PEERS)
	$(BIN)/uv pip install --quiet --python $(SITE_PEERS)/bin/python -r benchmarks/peers_campus.txt
	@touch $@

bench: install $(PEERS)/installed $(SITE_PEERS)/installed
	$(BIN)/python -m benchmarks $(CASES)

clean:
	rm -rf $(VENV) build dist
