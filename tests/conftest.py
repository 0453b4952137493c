"""The whole suite: the choice of the database, `--database sqlite|postgresql`, and the guard."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jintang import logs
from tests import databases

pytest_plugins = ["pytester", "tests.guard"]
HERE = Path(__file__).parent
WITHOUT_DATABASE = ("config", "dates", "simulator")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=databases.KINDS, default=databases.SQLITE)


def pytest_configure(config: pytest.Config) -> None:
    logs.without_values()
    kind = config.getoption("--database")
    databases.use(kind)
    for name in databases.KINDS:
        config.addinivalue_line("markers", f"{name}_only(reason): is about {name} alone")
    if kind == databases.POSTGRESQL:
        try:
            asyncio.run(databases.check_server())
        except OSError as error:
            raise pytest.UsageError(
                f"no PostgreSQL at {databases.SERVER}: start one, or set JINTANG_TEST_POSTGRESQL"
            ) from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about one database alone is not asked of the other; what is about none is asked once."""
    others = [f"{name}_only" for name in databases.KINDS if name != databases.kind()]
    left_out = [item for item in items if any(item.get_closest_marker(other) for other in others)]
    if databases.kind() == databases.POSTGRESQL:
        left_out += [item for item in items if item.path.is_relative_to(HERE) and _opens_none(item.path)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _opens_none(test: Path) -> bool:
    return test.relative_to(HERE).parts[0] in WITHOUT_DATABASE


def pytest_unconfigure() -> None:
    if databases.kind() == databases.POSTGRESQL:
        asyncio.run(databases.drop_all())


@pytest.fixture
async def database_url(tmp_path: Path) -> AsyncIterator[str]:
    """An empty database with all its tables."""
    async with databases.fresh(tmp_path) as url:
        yield url
