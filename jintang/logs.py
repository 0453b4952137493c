"""What the log looks like: codes, not names, also where something has gone wrong."""

import logging

import structlog

LINE = "{asctime} [{levelname:<9}] {message} logger={name}"


def set_up() -> None:
    """Our own lines and those of libraries, alike: the moment, the level, the words."""
    logging.basicConfig(format=LINE, style="{", datefmt="%Y-%m-%d %H:%M:%S", level=logging.WARNING)
    without_values()


def without_values() -> None:
    """A traceback names places only: values would be people's names, and take seconds to draw."""
    structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback
