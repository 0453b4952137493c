# 常用命令。除 Python 3.11 以外什么都不必先装：uv 和依赖由 .ci/setup 装进本文件夹。
# Everything a contributor runs. Nothing but Python 3.11 is needed beforehand.

.DEFAULT_GOAL := help
# Tests start many processes; what Python has compiled once it need not compile for each of them.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo test test-postgresql faults bench bench-small check lint format types imports policies migrations shot clean

BIN := .venv/bin
PACKAGES := benchmarks bot config jintang notifications simulator storage web workflows

help: ## 列出命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## 准备 uv 和依赖
	@.ci/setup

demo: setup ## 演练：打开打印出来的网址，不需要别的
	@$(BIN)/jintang demo

test: setup ## 全部测试
	@.ci/browser
	$(BIN)/python -m pytest -n auto

test-postgresql: setup ## 同样的测试，用 PostgreSQL
	@.ci/browser
	@.ci/postgresql
	$(BIN)/python -m pytest -n auto --database postgresql

faults: setup ## 进程反复被杀、网络出错、磁盘写满：一千多次，写出 docs/reports/faults.md，约四十分钟
	@.ci/postgresql
	$(BIN)/python -m tests.faults --broken --write
	$(BIN)/python -m tests.faults --kills 500 --write

bench: setup ## 快慢和内存，与同一次测的对照比，写出 docs/reports/bench.md，一两个小时
	@.ci/postgresql
	$(BIN)/python -m benchmarks --write

bench-small: setup ## 只看各项测量跑不跑得起来
	@.ci/postgresql
	$(BIN)/python -m benchmarks --small

check: lint types imports policies migrations bench-small test-postgresql test ## 提交前要过的全部检查，最后一步是 make test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## 改好格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))

imports: setup
	$(BIN)/lint-imports

policies: setup
	@cd config && for policy in hebei xinfeng; do \
		env -u JINTANG_POLICY_DIR JINTANG_POLICY=$$policy ../$(BIN)/jintang policy check || exit 1; \
	done
	@$(BIN)/python docs/examples.py

migrations: setup
	$(BIN)/python -m pytest tests/storage/test_migrations.py

shot: setup ## 重新拍 docs/images/phones.png
	@.ci/browser
	$(BIN)/python docs/shot.py

clean: ## 删掉本文件夹里装的和测试留下的
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
