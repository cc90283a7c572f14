# make demo [FILE=path] · make lab · make desk · make test · make bench     (Windows and conda: see the README)
PYTHON ?= python3
BIN = .venv/bin

demo: .venv/ready
	$(BIN)/python -m chatkit demo $(if $(FILE),"$(FILE)")

lab: .venv/ready
	$(BIN)/python -m chatkit lab

desk: .venv/ready
	$(BIN)/python -m chatkit desk

test: .venv/ready-test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

bench soak pictures weights lexicon: .venv/ready-test
	$(BIN)/python tests/$@.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新 · Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv：请先安装 python3-venv（Debian/Ubuntu: sudo apt install python3-venv）· venv is missing: install python3-venv first"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/ready .venv/ready-test: .venv/bin/python pyproject.toml
	@echo "正在安装依赖，约一分钟 · installing what is needed, about a minute"
	$(BIN)/python -m pip install --quiet --editable '.$(if $(findstring test,$@),[test])' && touch $@ .venv/ready

.PHONY: demo lab desk test bench soak pictures weights lexicon
