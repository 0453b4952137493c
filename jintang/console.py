"""Where commands speak: plain words to the person, refusals to the error stream."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def say(words: str) -> None:
    out.print(escape(words))


def done(words: str) -> None:
    out.print(f"[green]✓[/] {escape(words)}")


def refuse(words: str) -> None:
    err.print(f"[red]✗[/] {escape(words)}")


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    shown = Table(*header, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*map(escape, row))
    out.print(shown)
