"""One linked county, copied for every example of a machine."""

import pytest

from tests.stories.world import build_county


@pytest.fixture(scope="session")
def linked_county(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_county(tmp_path_factory.mktemp("linked"), linked=True)
