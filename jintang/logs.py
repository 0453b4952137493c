"""What the libraries have to say stands in the log like our own lines: the moment, the level, the words."""

import logging

LINE = "{asctime} [{levelname:<9}] {message} logger={name}"


def libraries_too() -> None:
    """Without this their errors come bare, and nobody can tell them from what is merely said."""
    logging.basicConfig(format=LINE, style="{", datefmt="%Y-%m-%d %H:%M:%S", level=logging.WARNING)
