# Every target installs what it needs. The first call takes about three minutes. Later calls skip the installation.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
# The first interpreter of a supported version that can create virtual environments.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
	"$$python" -c 'import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo "$$python" && break; done)

DAGSTER_HOME ?= $(CURDIR)/data/dagster
export DAGSTER_HOME

# Threads of LightGBM that wait for each other sleep. Spinning, they slow training down many times if other programs are busy.
OMP_WAIT_POLICY ?= PASSIVE
export OMP_WAIT_POLICY

# A non-interactive shell starts background jobs that ignore Ctrl-C, and Dagster's servers inherit that. This restores it.
WITH_INTERRUPTS := $(BIN)/python -c 'import os, signal, sys; \
	signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])'

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.packages: requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "No usable Python: install Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt-get install python3 python3-venv), or set PYTHON=/path/to/python." >&2; \
		exit 1; \
	fi
	@$(BIN)/python -c '' 2>/dev/null || { \
		echo "Creating .venv with $(PYTHON) ..."; \
		"$(PYTHON)" -m venv --clear .venv || { echo "$(PYTHON) cannot create a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }; \
	}
	@echo "Installing the packages in requirements.lock (once, about two minutes) ..."
	@$(BIN)/uv --version >/dev/null 2>&1 || { sed -n '/^uv==/,/[^\\]$$/p' requirements.lock >.venv/uv.txt \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt; } \
		|| { echo "pip could not install uv. Check the connection to the package registry." >&2; exit 1; }
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock \
		|| { echo "The packages in requirements.lock could not be installed. See the messages above." >&2; exit 1; }
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready: .venv/.packages imdb_assets/resources/java.py imdb_assets/resources/spark.py
	@echo "Downloading Delta's jars and detecting Java (once) ..."
	@$(BIN)/python -m imdb_assets --set-up >.venv/set-up.log 2>&1 || { \
		tail -n 1 .venv/set-up.log >&2; \
		echo "Delta's jars could not be downloaded, or Java could not be started. Check the connection to Maven Central. Full log: .venv/set-up.log" >&2; \
		exit 1; \
	}
	@touch $@

.PHONY: setup
setup: .venv/.ready ## Install everything without running anything
	@# An instance of one's own keeps its dagster.yaml. Without one, runs would overlap and Dagster would send telemetry.
	@mkdir -p "$$DAGSTER_HOME"
	@if [ "$$DAGSTER_HOME" = "$(CURDIR)/data/dagster" ] || [ ! -e "$$DAGSTER_HOME/dagster.yaml" ]; then \
		cp dagster.yaml "$$DAGSTER_HOME/dagster.yaml"; fi

.PHONY: demo
demo: setup ## Run an invented film industry through the whole graph and print a predicted rating
	@IMDB_ENV=sample IMDB_SETTINGS_FILE=none $(BIN)/python -m imdb_assets $(if $(FORCE),--force)
	@IMDB_ENV=sample IMDB_SETTINGS_FILE=none $(BIN)/imdb-rating demo

# LightGBM's threads spin while they wait: two processes with a thread per core each are slower than one process.
WORKERS := 2
# The tests' runs do not belong in the instance that the UI shows, so DAGSTER_HOME is unset.
PYTEST = env -u DAGSTER_HOME OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
.PHONY: test
test: setup ## Run all tests, files in parallel (WORKERS=2; 0 runs them in sequence)
	@$(PYTEST) $(ARGS)

.PHONY: test-fast
test-fast: setup ## Run the fast tests, about a minute in total
	@$(PYTEST) -m "not slow" $(ARGS)

.PHONY: check
check: setup ## Check format, lint, types and Dagster's definitions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/dg check defs

.PHONY: format
format: setup ## Format the code and apply ruff's fixes
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: dev
dev: PORT := 3000
dev: setup ## Start Dagster's UI on 127.0.0.1:3000 (PORT=...)
	@$(WITH_INTERRUPTS) $(BIN)/dg dev --host 127.0.0.1 --port $(PORT)

.PHONY: app
app: PORT := 8501
app: setup ## Start the app on 127.0.0.1:8501 (PORT=...)
	@OMP_NUM_THREADS=1 $(BIN)/streamlit run app/server.py --server.address 127.0.0.1 --server.port $(PORT) \
		--server.headless true --browser.gatherUsageStats false

MODEL := champion
.PHONY: serve
serve: PORT := 5001
serve: setup ## Serve the model over REST on 127.0.0.1:5001 (MODEL=champion or random_forest, PORT=...)
	@OMP_NUM_THREADS=1 $(BIN)/python -m imdb_assets.rating_model.server.model_server \
		--alias $(MODEL) --host 127.0.0.1 --port $(PORT)

.PHONY: mlflow
mlflow: PORT := 5000
mlflow: setup ## Start MLflow's UI on 127.0.0.1:5000 (PORT=...), unless MLFLOW_TRACKING_URI is a server, which has its own
	@$(BIN)/python -m imdb_assets.mlflow_ui --port $(PORT)

.PHONY: rollback
rollback: setup ## Restore the previous champion
	@$(BIN)/imdb-rating rollback

.PHONY: real
real: setup ## Run the whole graph on IMDb's datasets (settings: .env.example)
	@IMDB_ENV=local $(BIN)/python -m imdb_assets $(if $(FORCE),--force)
	@IMDB_ENV=local $(BIN)/imdb-rating demo

.PHONY: backup
backup: setup ## Back up what cannot be made again (history, forecasts, OMDb, models) to BACKUP_URI
	@$(BIN)/python -m imdb_assets.backups make

.PHONY: restore
restore: setup ## Restore the latest backup (BACKUP=name for another one, MOVE_ASIDE=yes to replace existing data)
	@$(BIN)/python -m imdb_assets.backups restore $(if $(BACKUP),--backup $(BACKUP)) $(if $(MOVE_ASIDE),--move-aside)

# The benchmarks record their results in docs/performance.md.
BENCHMARK = PYTHONPATH=$(CURDIR) IMDB_SETTINGS_FILE=none $(BIN)/python -m

SCALE := 0.01
.PHONY: bench
bench: setup ## Compare landing to gold with imdb-sqlite and DuckDB (SCALE=0.01 of IMDb's size, GROWTH=no: this scale alone, PEERS=no: the platform alone)
	@$(BENCHMARK) benchmarks.landing_to_gold --scale $(SCALE) $(if $(filter no,$(GROWTH)),--no-growth) $(if $(filter no,$(PEERS)),--no-peers)

.PHONY: bench-demo
bench-demo: setup ## Measure time and memory of the whole graph on a sample world of 3,000 movies
	@$(BENCHMARK) benchmarks.whole_graph

TITLES := 20000
.PHONY: bench-days
bench-days: setup ## Measure a first run, an unchanged run and the next day (TITLES=20000)
	@$(BENCHMARK) benchmarks.days --titles $(TITLES)

LAKE := data/lake
.PHONY: bench-history
bench-history: setup ## Compare gold_person_history in Spark with DuckDB (LAKE=data/lake)
	@$(BENCHMARK) benchmarks.person_history --lake $(LAKE)

.PHONY: bench-training
bench-training: setup ## Compare fitting the model with a plain LightGBM fit (LAKE=data/lake)
	@$(BENCHMARK) benchmarks.training --lake $(LAKE)

REGISTRY := sqlite:///$(CURDIR)/data/mlflow.db
.PHONY: bench-scenarios
bench-scenarios: setup ## Compare a search of a million scenarios with LightGBM's scoring (REGISTRY=sqlite:///...)
	@$(BENCHMARK) benchmarks.scenarios --champion $(REGISTRY)

.PHONY: bench-people
bench-people: setup ## Compare the people search with a scan, SQLite and DuckDB (1.5 million people)
	@$(BENCHMARK) benchmarks.people

.PHONY: bench-served
bench-served: setup ## Measure the model server at IMDb's size (REGISTRY=sqlite:///...)
	@$(BENCHMARK) benchmarks.served_model --registry $(REGISTRY)

.PHONY: bench-app
bench-app: setup ## Measure the app with one user and with fifty (REGISTRY=sqlite:///...)
	@MLFLOW_TRACKING_URI=$(REGISTRY) OMP_NUM_THREADS=1 $(BENCHMARK) benchmarks.app_load

.PHONY: docs
docs: .venv/.packages ## Generate docs/tables.md and docs/features.md
	@$(BIN)/python docs/write_tables.py

# The second lock has the versions of the first.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --generate-hashes
.PHONY: lock
lock: .venv/.packages ## Update requirements.lock and requirements-app.lock after a change in pyproject.toml
	@$(COMPILE) --all-extras pyproject.toml -o requirements.lock
	@$(COMPILE) --extra app --constraint requirements.lock pyproject.toml -o requirements-app.lock

# Tools that only these two targets need, outside .venv. pip-audit asks PyPI's advisory database.
UVX = $(BIN)/uv tool run --quiet
.PHONY: licences
licences: setup ## List the licences of all packages and write an SBOM, to data/licences
	@mkdir -p data/licences
	@$(UVX) --from pip-licenses==5.5.5 pip-licenses --python=$(CURDIR)/$(BIN)/python --order=license --with-urls --format=markdown \
		--output-file=data/licences/licences.md >/dev/null
	@$(UVX) --from cyclonedx-bom==7.5.0 cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --output-format JSON \
		--output-file data/licences/sbom.json $(BIN)/python
	@echo "data/licences/licences.md and data/licences/sbom.json (CycloneDX)"

.PHONY: audit
audit: setup ## Look for known vulnerabilities in the locked packages (needs the network)
	@$(UVX) --from pip-audit==2.10.1 pip-audit --disable-pip --require-hashes -r requirements.lock

.PHONY: stack
stack: ## Run all services with Docker Compose (PUBLIC=yes: also the gateway with a password, see SECURITY.md)
	@docker compose version >/dev/null 2>&1 || { echo "make stack needs Docker with the Compose plugin." >&2; exit 1; }
	@sh docker/write_secrets.sh
	COMMIT=$${COMMIT:-$$(git rev-parse --short=12 HEAD 2>/dev/null || true)} \
	docker compose up --build --detach --wait postgres azurite mlflow code-location webserver daemon
	docker compose exec code-location sh docker/with_secrets.sh python -m imdb_assets
	docker compose $(if $(PUBLIC),--profile public) up --build --detach --wait

.PHONY: clean
clean: ## Remove installed packages and caches (DATA=yes: also the lake and the models)
	@rm -rf .venv .pytest_cache .ruff_cache build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ "$(DATA)" = yes ]; then rm -rf data; fi
