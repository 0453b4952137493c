"""The income line in force on a day; without one every comparison is skipped (domain §1.4)."""

from datetime import date

from config.models import IncomeLine, Policy


def line_in_force(policy: Policy, day: date) -> IncomeLine | None:
    """The line of the county's province, with the number of its document; None when none is configured."""
    lines = (
        line
        for line in policy.income.lines
        if line.province == policy.county.province and line.effective_from <= day
    )
    return max(lines, key=lambda line: line.effective_from, default=None)
