"""What no single file can know: that the files of a policy fit each other.

A file that could not be read is left out, so that one mistake is told once.
"""

from config.book import Book
from config.checks.deadlines import check_county, check_profiles, check_roads
from config.checks.expressions import check_expressions
from config.checks.forms import check_forms
from config.checks.people import (
    check_city,
    check_clue_rules,
    check_levels,
    check_routing,
    check_windows,
)
from config.checks.procedures import check_outcomes, check_procedures
from config.checks.texts import check_texts, check_wording


def cross_check(book: Book) -> None:
    """Adds to the book every fault between its files."""
    for check in (
        check_county,
        check_profiles,
        check_roads,
        check_procedures,
        check_outcomes,
        check_forms,
        check_expressions,
        check_routing,
        check_city,
        check_levels,
        check_clue_rules,
        check_windows,
        check_texts,
        check_wording,
    ):
        check(book)
