# Two commands on a fresh machine: `make demo` shows it, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
FRAMEWORKS := .frameworks
STATIC := swanlab/server/static/index.html
WEB    := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: demo test check web serve bench wheel frameworks clean

demo: $(VENV)/.demo $(STATIC) ## serve, train a small model, show it live
	@$(BIN)/python examples/demo.py

test: $(VENV)/.test $(STATIC) web/node_modules/.installed $(FRAMEWORKS)/.installed ## everything: Python, web, browser
	@sh tools/need-chromium.sh
	cd web && npx vitest run
	$(BIN)/pytest -n 2 $(ARGS)

check: $(VENV)/.test web/node_modules/.installed ## lint, format, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm run check

frameworks: $(FRAMEWORKS)/.installed ## transformers, ms-swift, … for tests/frameworks, 2 GB

web: $(STATIC) ## build the front end into the package

serve: $(VENV)/.demo $(STATIC) ## a server on this checkout, data in .demo
	$(BIN)/swanlab server --data-dir .demo/data

bench: $(VENV)/.test $(STATIC) ## measure, beside the peers; writes bench/RESULTS.md
	$(BIN)/python -m bench.main $(ARGS)

wheel: $(VENV)/.test $(STATIC) ## dist/*.whl with the web inside
	$(BIN)/pip wheel --no-deps --quiet --wheel-dir dist .
	@ls dist/*.whl

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.demo: $(VENV)/.python pyproject.toml
	$(BIN)/pip install --quiet -e . 'scikit-learn>=1.5'
	@touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml
	$(BIN)/pip install --quiet -e . --group test --group check
	@touch $@ $(VENV)/.demo

$(FRAMEWORKS)/.installed: $(wildcard tests/frameworks/requirements*.txt) $(VENV)/.python
	$(BIN)/python -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/pip install --quiet --upgrade 'pip>=25.1'
	$(FRAMEWORKS)/bin/pip install --quiet -e . -r tests/frameworks/requirements.txt \
	  -r tests/frameworks/requirements-more.txt -r tests/frameworks/requirements-sync.txt
	$(FRAMEWORKS)/bin/pip install --quiet --no-deps -r tests/frameworks/requirements-alone.txt \
	  -r tests/frameworks/requirements-more-alone.txt
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@sh tools/need-node.sh
	@# Not `npm ci`: it refuses a lock without the binaries of platforms nobody here has.
	cd web && npm install --no-save --no-audit --no-fund
	cd web/tools/openapi && npm install --no-save --no-audit --no-fund
	@touch $@

$(STATIC): web/node_modules/.installed $(WEB)
	cd web && npm run build
	@touch $@

clean: ## remove what was built; recorded runs stay
	rm -rf $(VENV) $(FRAMEWORKS) web/node_modules swanlab/server/static dist build
