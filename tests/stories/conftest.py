"""Stories: a county whose phones ring only as told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.stories.world import NAMES, World, build_county, world
from workflows.auditing.auditor import Auditor, Operators
from workflows.auditing.telling import Round

Opened = Callable[..., Awaitable[World]]


@pytest.fixture(scope="session")
def linked_county(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_county(tmp_path_factory.mktemp("linked"), linked=True)


@pytest.fixture(scope="session")
def unlinked_county(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_county(tmp_path_factory.mktemp("unlinked"), linked=False)


@pytest.fixture
async def opened(linked_county: str, unlinked_county: str, tmp_path: Path) -> AsyncIterator[Opened]:
    """Opens the county under a policy at a moment; at the end no phone may have rung unheard."""
    async with AsyncExitStack() as stack:

        async def open_it(*args: Any, linked: bool = True, **kwargs: Any) -> World:
            county = linked_county if linked else unlinked_county
            here = await stack.enter_async_context(world(county, tmp_path, *args, **kwargs))
            if linked:
                await _say_hello(here)
            stack.push_async_callback(_audited, here)
            stack.callback(here.silent)
            return here

        yield open_it


async def _audited(here: World) -> None:
    """Whatever was done, the auditor finds no promise broken, at the first look or the second."""
    await here.app.settle()
    auditor = Auditor(here.app.database, here.app.desk, here.app.sender.real, Operators())
    assert [await auditor.round() for _ in range(2)] == [Round(), Round()]


async def _say_hello(here: World) -> None:
    for chat_id in NAMES.values():
        here.phone(chat_id).start()
    await here.pull()
    here.look_away()


@pytest.fixture
async def hebei(opened: Opened) -> World:
    return await opened("hebei")


@pytest.fixture
async def xinfeng(opened: Opened) -> World:
    return await opened("xinfeng")
