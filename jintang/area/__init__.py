"""The area trees that are shipped: county name → its list of regions as an import file."""

from importlib.resources import files

AREAS = {"weichang": "weichang-130828.csv", "xinfeng": "xinfeng-360722.csv"}


def area_file(name: str) -> tuple[str, bytes]:
    """File name and content of a shipped area tree; `name` is one of `AREAS`."""
    return AREAS[name], files(__name__).joinpath(AREAS[name]).read_bytes()
