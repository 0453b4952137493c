"""What a process does: everything, or a part of it beside other processes on PostgreSQL."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    web = "web"  # webhook and the intake over HTTP
    bot = "bot"  # polling, and handling what has come in
    sender = "sender"  # planning and sending
    scheduler = "scheduler"  # what time brings
    auditor = "auditor"  # whether the promises hold
    all = "all"


PARTS = frozenset(Role) - {Role.all}


def parts(roles: Collection[Role]) -> frozenset[Role]:
    """The roles without the word for all of them."""
    return PARTS if Role.all in roles or not roles else frozenset(roles)
