"""What no single file can know: that the files of a policy fit each other."""

from config.book import Book


def cross_check(book: Book) -> None:
    """Adds to the book the faults between files; a file that could not be read is left out."""
