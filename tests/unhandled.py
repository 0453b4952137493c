"""What nobody took care of, read from the log of a process."""

import re

WORDS = ("traceback", "[error", "[critical", "never retrieved", "never awaited")
_BEGINS = re.compile(r"^(?=\d{4}-\d\d-\d\d)", re.MULTILINE)


def unhandled(log: str) -> list[str]:
    """The entries that tell of an error, each with the lines that belong to it."""
    return [entry for entry in _BEGINS.split(log) if any(words in entry.lower() for words in WORDS)]
