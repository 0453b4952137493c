"""Lists going out: what departments hear of the signals they have sent."""

from workflows.exports.feedback import HEADER, feedback
from workflows.exports.table import csv_lines

__all__ = ["HEADER", "csv_lines", "feedback"]
