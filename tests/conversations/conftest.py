"""Conversations begin in situations; an error in the log fails them."""

from pathlib import Path

import pytest

from tests.conversations.situations import Situations
from tests.stories.conftest import county_file, log, no_errors_elsewhere

__all__ = ["county_file", "log", "no_errors_elsewhere"]


@pytest.fixture(scope="session")
def situations(county_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Situations:
    return Situations(county_file, tmp_path_factory.mktemp("situations"))
