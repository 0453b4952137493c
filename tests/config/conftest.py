"""A county's override folder in which one shipped file is changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.loader import SHIPPED

Change = Callable[[str, str, str], Path]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Copies a base file into the override folder with `old` replaced by `new`."""
    folder = tmp_path / "county"

    def write(file: str, old: str, new: str) -> Path:
        text = (SHIPPED / "base" / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer says {old!r}"
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return write
