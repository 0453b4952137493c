"""What the papers for deployment name exists: settings, commands, roles, folders, files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from config.settings import Settings
from jintang.cli import app
from jintang.roles import PARTS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
PAPERS = [GUIDE, CONTAINER, str(COMPOSE), *(unit.read_text(encoding="utf-8") for unit in UNITS)]


def known_settings() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        inner: Any = getattr(field.annotation, "model_fields", None)
        parts = [f"{name}__{one}" for one in inner] if inner else [name]
        yield from (f"JINTANG_{part}".upper() for part in parts)


def test_every_setting_that_is_named_is_one() -> None:
    named = {name for paper in PAPERS for name in re.findall(r"JINTANG_[A-Z_]+[A-Z]", paper)}
    assert named
    assert named <= set(known_settings())


def test_every_command_that_is_named_is_one() -> None:
    commands: Any = get_command(app)
    named = {word for paper in PAPERS for word in re.findall(r"(?:bin/|`)jintang ([a-z]+)", paper)}
    assert {"init", "run", "doctor"} <= named <= set(commands.commands)


def test_compose_runs_every_role_once_and_builds_from_what_there_is() -> None:
    services = COMPOSE["services"]
    roles = [one["command"][2] for one in services.values() if one.get("command", [""])[0] == "run"]
    assert sorted(roles) == sorted(PARTS)
    assert all(one["stop_grace_period"] == "25s" for name, one in services.items() if name != "database")
    assert (ROOT / "deploy" / COMPOSE["x-jintang"]["build"]["context"]).resolve() == ROOT


def test_the_container_holds_every_package() -> None:
    wheel = re.search(r"packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert wheel is not None
    packages = re.findall(r'"(\w+)"', wheel[1])
    copied = re.findall(r"^COPY (\w+) \1$", CONTAINER, re.MULTILINE)
    assert sorted(copied) == sorted(packages)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_told_of(unit: Path) -> None:
    assert f"deploy/systemd/{unit.name}" in GUIDE


@pytest.mark.parametrize("name", ["jintang.service", "jintang@.service"])
def test_a_unit_stops_gracefully_and_comes_back(name: str) -> None:
    lines = (ROOT / "deploy" / "systemd" / name).read_text(encoding="utf-8").splitlines()
    assert {"Restart=always", "TimeoutStopSec=25", "KillSignal=SIGTERM", "NoNewPrivileges=yes"} <= set(lines)
