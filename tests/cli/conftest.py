"""A folder of its own for every command, and the command line as a person calls it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jintang.cli import app

Command = Callable[..., str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SECRET_KEY", "DATABASE__URL", "POLICY", "POLICY_DIR", "TIMEZONE"):
        monkeypatch.delenv(f"JINTANG_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def jintang() -> Command:
    """Runs `jintang …` and answers what it said; the exit code must be the one awaited."""

    def run(*arguments: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == exit_code, (result.output, result.exception)
        return result.output

    return run
