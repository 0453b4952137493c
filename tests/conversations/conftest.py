"""Conversations begin in situations."""

import pytest

from tests.conversations.situations import Situations
from tests.stories.conftest import linked_county

__all__ = ["linked_county"]


@pytest.fixture(scope="session")
def situations(linked_county: str, tmp_path_factory: pytest.TempPathFactory) -> Situations:
    return Situations(linked_county, tmp_path_factory.mktemp("situations"))
