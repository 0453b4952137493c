"""A paper as a page for A4: HTML that any browser prints, and PDF."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workflows.papers.paper import Paper

HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(HERE)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def html(paper: Paper, footer: str) -> str:
    """The page, with everything it needs in it; what people wrote is escaped."""
    blocks = [{"kind": type(block).__name__.lower(), "of": block} for block in paper.blocks]
    return _environment().get_template("paper.html").render(paper=paper, blocks=blocks, footer=footer)


def pdf(page: str) -> bytes:
    """The page as PDF, its fonts in it; raises OSError where the system lacks Pango."""
    import weasyprint  # half a second, and Pango: only who prints needs it

    document: Any = weasyprint.HTML(string=page)
    made: bytes = document.write_pdf()
    return made
