"""Lists coming in: regions, officials, households and clues, from a file or straight from a caller."""

from workflows.imports.columns import Kind
from workflows.imports.importing import import_bytes, import_file, import_rows
from workflows.imports.report import Complaint, FileRefused, Refusal, Report

__all__ = [
    "Complaint",
    "FileRefused",
    "Kind",
    "Refusal",
    "Report",
    "import_bytes",
    "import_file",
    "import_rows",
]
