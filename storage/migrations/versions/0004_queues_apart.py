"""The queue of persons and the queue of chats each have an index of their own rows only.

An index that holds both tempts PostgreSQL, as long as its statistics are from before a storm, to run
through all of one queue for each row of it.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"

QUEUED = "state IN ('planned', 'deferred', 'leased')"
PERSON = (
    "ix_notices_queue_person",
    ["official_id", "lane", "id"],
    "official_id IS NOT NULL AND chat_id IS NULL",
)
CHAT = ("ix_notices_queue_chat", ["chat_id", "lane", "id"], "chat_id IS NOT NULL")


def upgrade() -> None:
    for name, columns, whose in (PERSON, CHAT):
        op.drop_index(name, "notices")
        _create(name, columns, f"{QUEUED} AND {whose}")


def downgrade() -> None:
    for name, columns, _ in (PERSON, CHAT):
        op.drop_index(name, "notices")
        _create(name, columns, QUEUED)


def _create(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "notices", columns, sqlite_where=where, postgresql_where=where)
