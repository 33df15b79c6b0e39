# Duet. `make run` starts it, `make test` checks it, `make help` lists the rest.
#
# Everything below sets up what it needs. Stamps in .build/stamps remember what is done, so that a second run
# starts in seconds; `make clean` forgets.

SHELL := /bin/sh
.DEFAULT_GOAL := help

BUILD := .build
STAMPS := $(BUILD)/stamps
VENV := $(BUILD)/venv
PROFILE ?= release
PORT ?= 8080

step = @printf '\033[1m==>\033[0m %s\n'

# target/debug/duet-relay, as the Rust tests build it: built alone it has other features, and a hundred crates are compiled twice.
debug_relay = @cargo test --locked --quiet --workspace --no-run

# --- sources that the stamps watch ---------------------------------------------------------------------------
rust_sources = $(shell find $(1) -name target -prune -o \( -name '*.rs' -o -name Cargo.toml -o -name '*.sql' -o -name '*.txt' \) -print 2>/dev/null)
CORE_SOURCES := Cargo.lock Cargo.toml $(call rust_sources,crypto-core/src crypto-core/Cargo.toml crypto-core/primitives/src crypto-core/primitives/Cargo.toml)
WASM_SOURCES := $(CORE_SOURCES) $(call rust_sources,wasm-bindings/src wasm-bindings/builder wasm-bindings/subtle wasm-bindings/Cargo.toml)
PACKAGE_SOURCES := $(shell find wasm-bindings/ts -name '*.ts' 2>/dev/null) wasm-bindings/tsconfig.json
DOCS_SOURCES := $(wildcard $(shell git ls-files '*.md' docs/images docs/site 2>/dev/null)) web/public/icon.svg
SITE_SOURCES := $(shell find web/src web/viewer web/playground web/sw web/public -type f 2>/dev/null) web/index.html wasm-bindings/bench/measure.ts web/vite.config.ts web/scripts/icons.ts $(wildcard web/tsconfig*.json)

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "; print "usage: make TARGET\n"} \
	  /^[a-z0-9-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2} \
	  /^## / {printf "\n%s\n", substr($$0, 4)}' $(firstword $(MAKEFILE_LIST))

## Use
.PHONY: run
run: relay ## Set up, build and serve Duet on http://localhost:8080 (PORT=... for another port)
	$(step) "Duet is on http://localhost:$(PORT) (stop with Ctrl+C); data is kept in .data/"
	@mkdir -p .data
	@DUET_LISTEN=$${DUET_LISTEN:-0.0.0.0:$(PORT)} DUET_DATABASE=$${DUET_DATABASE:-.data/duet.db} exec target/release/duet-relay

.PHONY: setup
setup: $(STAMPS)/base ## Install what a build needs (Debian packages, npm packages)

.PHONY: wasm
wasm: $(STAMPS)/wasm ## Compile the core to WebAssembly

.PHONY: package
package: $(STAMPS)/package ## Build the npm package @duet-chat/crypto into wasm-bindings/dist

.PHONY: site
site: $(STAMPS)/site ## Build the messenger into web/dist

.PHONY: docs
docs: $(STAMPS)/docs ## Build the documents as a site into docs/site/dist; the relay serves it under /docs

.PHONY: relay
relay: $(STAMPS)/site $(STAMPS)/docs ## Build the relay with the site and the documents inside: target/release/duet-relay
	$(step) "building the relay (some minutes the first time)"
	@cargo build --release --locked -p duet-relay

.PHONY: release
release: $(STAMPS)/site $(STAMPS)/docs ## The relay as one static program with the site inside, its parts list and checksums, as an archive: .build/release/
	@sh infra/release.sh $(BUILD)/release

.PHONY: pack
pack: $(STAMPS)/package ## The npm package as an installable tarball with its checksum: .build/pack/ (REPOSITORY=https://... for its links)
	@cd wasm-bindings && npm run --silent pack -- ../$(BUILD)/pack

## Develop
.PHONY: dev-relay
dev-relay: $(STAMPS)/site ## A relay with debug assertions on http://localhost:8080, for `make dev-web`; data in .data/dev.db
	@mkdir -p .data
	@DUET_LISTEN=$${DUET_LISTEN:-127.0.0.1:$(PORT)} DUET_DATABASE=$${DUET_DATABASE:-.data/dev.db} cargo run --locked -p duet-relay

.PHONY: dev-web
dev-web: $(STAMPS)/package $(STAMPS)/web-npm ## The messenger with hot reloading, over the relay at DUET_RELAY_ORIGIN (http://localhost:8080)
	@cd web && npm run dev

DEVELOP = docker compose -f infra/containers/develop.yml $(if $(wildcard infra/.env),--env-file infra/.env)
.PHONY: develop-up develop-up-build develop-down develop-down-volumes develop-restart develop-reup develop-rebuild develop-secrets
develop-secrets:
	@sh infra/containers/secrets.sh
develop-up: develop-secrets ## Containers: relay, PostgreSQL, nginx; the app on http://localhost
	@$(DEVELOP) up --detach --wait
develop-up-build: develop-secrets ## The same, with the image built anew
	@$(DEVELOP) up --detach --wait --build
develop-down: ## Stop the containers; data is kept
	@$(DEVELOP) down
develop-down-volumes: ## Stop them and forget their data
	@$(DEVELOP) down --volumes
develop-restart: ## Restart them as they are
	@$(DEVELOP) restart
develop-reup: develop-down develop-up ## Stop and start anew
develop-rebuild: develop-secrets ## Build the image without its cache
	@$(DEVELOP) build --no-cache

PROD = docker compose -f infra/containers/prod.yml --env-file infra/.env
.PHONY: prod-up prod-up-build prod-down prod-down-volumes prod-restart prod-reup prod-rebuild prod-roll
infra/.env:
	@echo "infra/.env is missing: copy infra/env.example and name your deployment in it" >&2; exit 1
prod-up: develop-secrets infra/.env ## Containers: two relays, PostgreSQL, Redis, nginx with TLS, and what watches them; the app on https://localhost
	@$(PROD) up --detach --wait
prod-up-build: develop-secrets infra/.env ## The same, with the image built anew
	@$(PROD) up --detach --wait --build
prod-down: infra/.env ## Stop the containers; data is kept
	@$(PROD) down
prod-down-volumes: infra/.env ## Stop them and forget their data
	@$(PROD) down --volumes
prod-restart: infra/.env ## Restart them as they are
	@$(PROD) restart
prod-reup: prod-down prod-up ## Stop and start anew
prod-roll: develop-secrets infra/.env ## Build the image anew and replace the relays by it, one after the other
	@for relay in relay-1 relay-2; do $(PROD) up --detach --wait --no-deps --build $$relay && $(PROD) exec -T nginx nginx -s reload || exit 1; done
prod-rebuild: develop-secrets infra/.env ## Build the image without its cache
	@$(PROD) build --no-cache

.PHONY: stack
stack: $(STAMPS)/site $(STAMPS)/docs $(STAMPS)/tests ## The same parts as processes of this machine, without containers: two relays, PostgreSQL, redis-server, nginx, Prometheus, Alertmanager
	$(debug_relay)
	@sh infra/stack.sh

## Check
.PHONY: check
check: $(STAMPS)/package $(STAMPS)/web-npm ## The fast lane: format, lint, types and unit tests of what changed (ALL=1 for all)
	@sh infra/check.sh

.PHONY: test
test: ## Set up and run every check, with the time of each; what CI runs
	@MAKE="$(MAKE)" sh infra/stages.sh lint test-infra test-rust test-evidence test-vectors test-package test-web test-look test-e2e test-firefox test-stack
	$(step) "all checks passed"

.PHONY: lint
lint: $(STAMPS)/package $(STAMPS)/web-npm $(STAMPS)/venv $(STAMPS)/docs ## Formatting, clippy, biome, tsc, spelling, references in the documents
	$(step) "formatting and lints"
	@cargo fmt --all --check
	@cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
	@cd wasm-bindings && npm run --silent lint && npm run --silent typecheck
	@cd web && npm run --silent lint && npm run --silent typecheck
	@cd docs/site && npm run --silent lint
	@sh infra/lint/references.sh
	@sh infra/lint/secrets.sh
	@sh infra/lint/evidence.sh
	@$(VENV)/bin/python -m check_jsonschema --quiet --builtin-schema vendor.compose-spec infra/containers/*.yml
	@$(VENV)/bin/typos --config infra/lint/typos.toml

.PHONY: test-infra
test-infra: $(STAMPS)/tests ## The files of infra/ with the programs that read them: nginx, Prometheus with its alerts, Alertmanager
	@sh infra/test.sh

.PHONY: test-stack
test-stack: $(STAMPS)/site $(STAMPS)/docs $(STAMPS)/tests ## A deployment of two relays with traffic: two people through nginx; every panel and alert is asked of its Prometheus
	$(step) "the parts of a deployment together: two people through nginx, then what Prometheus knows of it"
	$(debug_relay)
	@SCRAPE_INTERVAL=1s sh infra/stack.sh sh -c '(cd web && npm run --silent test:e2e -- stack.spec) && NODE_EXTRA_CA_CERTS=$$STACK_CERTIFICATE \
	  node --experimental-websocket --no-warnings infra/watch/check.mjs $(if $(DRAW),--draw)'

.PHONY: audit
audit: $(STAMPS)/base $(BUILD)/tools/bin/cargo-deny ## Licences and sources of what we depend on (cargo-deny)
	@$(BUILD)/tools/bin/cargo-deny --locked check --config infra/lint/deny.toml licenses bans sources

.PHONY: test-rust
test-rust: $(STAMPS)/tests ## Rust: core (as it ships, and with its values open), vectors, relay on real SQLite and PostgreSQL
	$(step) "Rust tests: the core as it ships"
	@cargo test --locked --quiet -p duet-crypto -p duet-primitives --tests
	$(step) "Rust tests: everything, with the core's values open to the vectors"
	@cargo test --locked --workspace --quiet

.PHONY: test-auth
test-auth: $(STAMPS)/tests ## The relay's accounts alone: passwords, sessions, tokens, lock-out, keys
	@cargo test --locked --quiet -p duet-relay -- auth accounts credentials devices keys locked lockout sessions

.PHONY: coverage
coverage: $(STAMPS)/tests ## Which lines of the relay its tests run: .build/coverage/html, and 97.8 % of the accounts' (TESTS="auth" for some tests)
	@sh infra/coverage.sh

.PHONY: test-evidence
test-evidence: no-std ct ## What of the evidence below takes a minute or two, with the quick formal models where ProVerif is
	@sh docs/formal/run.sh quick

.PHONY: test-vectors
test-vectors: $(STAMPS)/venv ## Drift of test-vectors/, and the independent Python verifier
	$(step) "test vectors: drift, then the independent verifier"
	@cargo run --locked --quiet -p duet-vectors -- check
	@$(VENV)/bin/python test-vectors/verify.py
	@$(VENV)/bin/python test-vectors/verify.py --self-test
	@cd test-vectors && ../$(VENV)/bin/python -m unittest --quiet checks.test_drive
	@$(VENV)/bin/python test-vectors/drive.py --partial --files primitives.json,bad_points.json,glare.json,padding.json \
	  -- node test-vectors/examples/answer.mjs

.PHONY: test-package
test-package: $(STAMPS)/package $(STAMPS)/tests ## The npm package: Node and Chromium, each on both engines, and its tarball
	$(step) "npm package in Node"
	$(debug_relay)
	@cd wasm-bindings && npm test --silent
	$(step) "npm package in Chromium"
	@cd wasm-bindings && npm run --silent test:chromium
	$(step) "npm package as it is packed: publint, attw, and some of the places of make test-everywhere"
	@cd wasm-bindings && npm run --silent test:everywhere -- --quick

.PHONY: test-everywhere
test-everywhere: $(STAMPS)/package $(STAMPS)/tests ## The packed package in every runtime, bundler, test runner and browser it is meant for (PLACES="vite next" for some)
	@cd wasm-bindings && npm run --silent test:everywhere -- $(PLACES)

.PHONY: test-web
test-web: $(STAMPS)/package $(STAMPS)/web-npm ## The messenger's unit tests
	$(step) "messenger: unit tests"
	@cd web && npm test --silent

.PHONY: test-look
test-look: $(STAMPS)/package $(STAMPS)/web-npm $(STAMPS)/tests ## Every screen of the messenger: axe in every look, and 320 to 2,560 px
	$(step) "messenger: axe on every screen"
	@cd web && npm run --silent look

.PHONY: test-e2e
test-e2e: $(STAMPS)/site $(STAMPS)/docs $(STAMPS)/tests ## Two people in a real Chromium through a real relay
	$(step) "end to end: two people, a real relay, a real browser"
	$(debug_relay)
	@cd web && npm run --silent test:e2e

.PHONY: test-firefox
test-firefox: $(STAMPS)/site $(STAMPS)/tests ## Two people in Debian's Firefox: register, call, compare, text, file
	$(step) "end to end: the path that everybody takes, in Firefox"
	$(debug_relay)
	@cd web && npm run --silent test:firefox

.PHONY: test-long
test-long: $(STAMPS)/base $(BUILD)/tools/bin/cargo-fuzz $(BUILD)/tools/bin/cargo-mutants ## What takes hours; writes docs/evidence/ (PARTS="formal fuzz" for some)
	@PATH="$(CURDIR)/$(BUILD)/tools/bin:$$PATH" sh infra/test-long.sh $(PARTS)

.PHONY: screenshots
screenshots: $(STAMPS)/package $(STAMPS)/web-npm $(STAMPS)/tests ## Every screen in both themes and languages, phone and desktop: web/screenshots/
	@cd web && npm run --silent screenshots

## Evidence
.PHONY: no-std
no-std: $(STAMPS)/base ## Build the core for a target that has no std
	@sh crypto-core/evidence/no-std.sh

.PHONY: ct
ct: $(STAMPS)/base ## Branches and look-ups that depend on secrets (valgrind)
	@sh crypto-core/evidence/ct.sh

.PHONY: memcheck
memcheck: $(STAMPS)/base ## Memory errors: valgrind, and Miri where there is one
	@sh crypto-core/evidence/memcheck.sh

.PHONY: formal
formal: ## The formal models (ProVerif; says so where it is not installed)
	@sh docs/formal/run.sh $(JOBS)

.PHONY: api
api: $(STAMPS)/base ## Write crypto-core/api.txt anew
	@UPDATE_API=1 cargo test --locked --quiet -p duet-crypto --test api

## Make anew
.PHONY: vectors
vectors: $(STAMPS)/base ## Write test-vectors/ anew from the core
	@cargo run --locked --quiet -p duet-vectors -- write

.PHONY: vectors-archive
vectors-archive: ## The vectors, their verifier and the protocol as one archive with its checksum: .build/vectors/
	@sh infra/vectors-archive.sh $(BUILD)/vectors

.PHONY: types
types: $(STAMPS)/base ## Write the TypeScript generated from Rust anew
	@cargo run --locked --quiet -p duet-relay -- types --write web/src/engine/protocol/generated
	@cargo run --locked --quiet -p duet-relay -- types --write wasm-bindings/ts/generated
	@cd wasm-bindings && npm run --silent types

.PHONY: fuzz
fuzz: $(STAMPS)/base $(BUILD)/tools/bin/cargo-fuzz ## Fuzz decoders and conversations, SECONDS=60 for each target
	@sh crypto-core/fuzz/run.sh $(or $(SECONDS),60)

.PHONY: mutants
mutants: $(STAMPS)/base $(BUILD)/tools/bin/cargo-mutants ## Mutation tests of the core (hours; FILES='crypto-core/src/client/**/*.rs' for a part)
	@PATH="$(CURDIR)/$(BUILD)/tools/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/mutants" cargo mutants \
	  --config crypto-core/mutants.toml -p duet-crypto -p duet-primitives -o $(BUILD) $(patsubst %,--file '%',$(FILES))

.PHONY: bench
bench: $(STAMPS)/package $(STAMPS)/tests ## Benchmarks: core (criterion), beside others' (vodozemac, snow), package, relay
	@cargo bench --locked -p duet-crypto
	@cd crypto-core/bench-peers && CARGO_TARGET_DIR="$(CURDIR)/target/peers" cargo bench --locked
	@cd wasm-bindings && npm run --silent bench
	@$(MAKE) --no-print-directory bench-relay

.PHONY: bench-package
bench-package: $(STAMPS)/package $(STAMPS)/bench-peers-npm ## The package's engines beside Web Crypto and other packages, in Node; draws docs/images/package.svg
	@cd wasm-bindings && npm run --silent bench:peers

.PHONY: bench-web
bench-web: $(STAMPS)/site $(STAMPS)/tests ## The messenger on a phone: first visit, presses and keys, 10,000 messages, what a tab holds afterwards; texts beside a file
	$(debug_relay)
	@cd web && npm run --silent perf

.PHONY: bench-relay
bench-relay: $(STAMPS)/base ## The relay beside a bare echo, two relays with Redis, nats-server and mosquitto (ARGS='--rate 1000 --payload 256')
	@sh infra/setup/bench.sh
	@cargo run --locked --release --quiet -p duet-relay --example load -- $(ARGS)

.PHONY: fmt
fmt: $(STAMPS)/package-npm $(STAMPS)/web-npm ## Format everything
	@cargo fmt --all
	@cd wasm-bindings && npx biome check --write . && cd ../web && npx biome check --write .

.PHONY: clean
clean: ## Remove everything that was built (not .data/)
	@rm -rf $(BUILD) target web/dist web/node_modules docs/site/dist docs/site/node_modules wasm-bindings/dist wasm-bindings/pkg wasm-bindings/node_modules

# --- steps with a memory -------------------------------------------------------------------------------------
$(STAMPS):
	@mkdir -p $@

$(STAMPS)/base: infra/setup/base.sh infra/setup/lib.sh | $(STAMPS)
	$(step) "checking the tools"
	@sh infra/setup/base.sh
	@touch $@

$(STAMPS)/tests: infra/setup/tests.sh infra/setup/lib.sh $(STAMPS)/base | $(STAMPS)
	@sh infra/setup/tests.sh
	@touch $@

$(STAMPS)/venv: test-vectors/requirements.txt infra/lint/requirements.txt $(STAMPS)/tests | $(STAMPS)
	$(step) "Python packages: the independent verifier, spelling"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r test-vectors/requirements.txt -r infra/lint/requirements.txt
	@touch $@

$(BUILD)/tools/bin/cargo-fuzz:
	$(step) "cargo-fuzz (some minutes the first time)"
	@cargo install --quiet --locked --root $(BUILD)/tools cargo-fuzz --version 0.13.2

$(BUILD)/tools/bin/cargo-mutants:
	$(step) "cargo-mutants (some minutes the first time)"
	@cargo install --quiet --locked --root $(BUILD)/tools cargo-mutants --version 27.1.0

$(BUILD)/tools/bin/cargo-deny:
	$(step) "cargo-deny (some minutes the first time)"
	@cargo install --quiet --locked --root $(BUILD)/tools cargo-deny --version 0.20.2

$(STAMPS)/package-npm: wasm-bindings/package-lock.json $(STAMPS)/base | $(STAMPS)
	$(step) "npm packages of @duet-chat/crypto"
	@cd wasm-bindings && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/bench-peers-npm: wasm-bindings/bench-peers/package-lock.json $(STAMPS)/package-npm | $(STAMPS)
	$(step) "npm packages that the package is measured beside"
	@cd wasm-bindings/bench-peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/wasm: $(WASM_SOURCES) $(STAMPS)/package-npm | $(STAMPS)
	$(step) "compiling the core to WebAssembly (some minutes the first time)"
	@cd wasm-bindings && npm run --silent wasm
	@touch $@

$(STAMPS)/package: $(STAMPS)/wasm $(PACKAGE_SOURCES) | $(STAMPS)
	$(step) "building @duet-chat/crypto"
	@cd wasm-bindings && npm run --silent build
	@touch $@

$(STAMPS)/web-npm: web/package-lock.json $(STAMPS)/base | $(STAMPS)
	$(step) "npm packages of the messenger"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/site: $(SITE_SOURCES) $(STAMPS)/package $(STAMPS)/web-npm | $(STAMPS)
	$(step) "building the messenger"
	@cd web && npm run --silent build
	@touch $@

$(STAMPS)/docs-npm: docs/site/package-lock.json $(STAMPS)/base | $(STAMPS)
	$(step) "npm packages of the documents' site"
	@cd docs/site && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/docs: $(DOCS_SOURCES) $(PACKAGE_SOURCES) $(STAMPS)/wasm $(STAMPS)/docs-npm | $(STAMPS)
	$(step) "building the documents, with their links checked"
	@cd docs/site && npm run --silent build
	@touch $@
