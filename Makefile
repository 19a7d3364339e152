# make demo: answers from the five real reports, from a fresh clone. make test: everything, offline.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
LIBRARY ?= .demo-library

.PHONY: demo test quick lint eval bench live clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "baogao needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[test]'
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python -m eval.demo --library $(LIBRARY)

test: $(VENV)/.installed
	$(BIN)/python -m pytest

# what a change usually needs: without the tests marked slow, which have whole conversations,
# processes, evaluations and a clock's worth of made input
quick: $(VENV)/.installed
	$(BIN)/python -m pytest -q -m 'not slow'

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/mypy

eval: $(VENV)/.installed
	$(BIN)/python -m eval --rivals --out eval-out

bench: $(VENV)/.installed
	$(BIN)/python -m eval.bench

live: $(VENV)/.installed
	@test -n "$$OPENAI_BASE_URL$$OPENAI_API_KEY" || { echo "make live needs OPENAI_BASE_URL or OPENAI_API_KEY"; exit 2; }
	$(BIN)/python -m eval --writer llm --limit 40 --out eval-out

clean:
	rm -rf $(VENV) $(LIBRARY) eval-out
