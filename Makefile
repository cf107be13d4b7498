# Everything works in .venv; nothing is installed outside of the project but, where none is found, a Chromium.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help demo test coverage slow check format browser conformance teardown-sim chaos bench bench-cluster soak corpus power bench-scan bench-estate fuzz image clean

help: ## Shows this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml scripts/install
	@PYTHON=$(PYTHON) scripts/install

demo: $(STAMP) ## Takes examples/chat the whole way: scan, bridge, rewrite, prove, track
	@$(BIN)/python scripts/demo.py

test: $(STAMP) ## Passes all checks and tests, but for the slow ones
	@scripts/find-chromium --install
	@scripts/find-front-ends --install
	@scripts/find-redis --install
	@scripts/check
	@scripts/test

coverage: $(STAMP) ## The tests of `make test` once more, with branch coverage; takes twice as long
	@scripts/find-chromium --install
	@scripts/find-front-ends --install
	@scripts/find-redis --install
	@scripts/test --coverage

slow: $(STAMP) ## The slow tests: replays of real applications, again and again, and new examples for properties; an hour
	@scripts/find-chromium --install
	@scripts/find-front-ends --install
	@scripts/find-redis --install
	@scripts/find-kubectl --install
	@$(BIN)/python -m pytest -q -m slow tests
	@$(BIN)/python -m pytest -q -m "hypothesis and not slow" --hypothesis-profile=new -n auto tests

check: $(STAMP) ## Lint, format and types
	@scripts/check

format: $(STAMP) ## Formats the code
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format .

browser: $(STAMP) ## The tests in a real Chromium
	@scripts/find-chromium --install
	@$(BIN)/python -m pytest -m browser

conformance: $(STAMP) ## What API Gateway does, as cases: TARGET="shim serverless-offline ministack aws"
	@$(BIN)/python -m tests.conformance $(or $(TARGET),shim)

teardown-sim: $(STAMP) ## 200 migrations torn down in a fake AWS with injected failures; SEED=7 for one, with its story
	@SEED=$(SEED) $(BIN)/python -m tests.simulation $(ARGS)

chaos: $(STAMP) ## 200 runs of nodes over Redis while things break; SEED=7 for one, with its story; 45 minutes
	@scripts/find-redis --install
	@SEED=$(SEED) $(BIN)/python -m tests.chaos $(ARGS)

bench: $(STAMP) ## Speed on one core, beside other servers; about 15 minutes
	@bench/install
	@$(BIN)/python -m bench.run $(BENCH)

bench-cluster: $(STAMP) ## Nodes over one Redis beside one without, and what others do with Redis; about 20 minutes
	@scripts/find-redis --install
	@bench/install
	@$(BIN)/python -m bench.cluster $(BENCH)

soak: $(STAMP) ## The shim under churn for 30 minutes: is memory flat, does nothing get lost?
	@$(BIN)/python -m bench.soak

corpus: $(STAMP) ## Scan, migrate, start and verify over CORPUS=FOLDER of clones (owner__name); minutes each
	@bench/corpus/install
	@$(BIN)/python -m bench.corpus "$(CORPUS)" $(ARGS)

power: $(STAMP) ## How many injected faults a dual run finds: the example, and clones with CORPUS=FOLDER
	@[ -z "$(CORPUS)" ] || bench/corpus/install
	@$(BIN)/python -m bench.power $(CORPUS) $(ARGS)

bench-scan: $(STAMP) ## A scan of 10,000 files beside git grep: seconds and memory
	@$(BIN)/python -m bench.scan

bench-estate: $(STAMP) ## A survey of 1,000 APIs in five regions of the tests' AWS: seconds and memory
	@$(BIN)/python -m bench.estate

fuzz: $(STAMP) ## Broken and made-up programs, FUZZ_RUNS=1000 of them; with CORPUS=FOLDER clones that are broken
	@FUZZ_RUNS=$(or $(FUZZ_RUNS),1000) FUZZ_CORPUS=$(CORPUS) $(BIN)/python -m pytest tests/migrator/fuzz -q --hypothesis-profile=new

image: $(STAMP) ## Takes the pictures of the docs again
	@$(BIN)/python scripts/pictures.py

clean: ## Removes what make made
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov
