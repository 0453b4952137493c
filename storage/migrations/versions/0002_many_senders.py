"""Many senders: leases with an end, paces they share, and the bot a person is linked with."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

QUEUED = sa.text("state IN ('planned', 'deferred', 'leased')")
WAITING = sa.text("state = 'waiting'")
QUEUES = {
    "ix_notices_queue": ["lane", "id"],
    "ix_notices_queue_chat": ["chat_id", "lane", "id"],
    "ix_notices_queue_person": ["official_id", "lane", "id"],
}


def upgrade() -> None:
    """Answers go straight to their chat: those that waited to be planned are."""
    op.create_table(
        "paces",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("of", sa.String(length=32), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("bot_id", "of", name=op.f("pk_paces")),
    )
    with op.batch_alter_table("inbox") as inbox:
        inbox.alter_column("update_id", existing_type=sa.Integer(), type_=sa.BigInteger())
        inbox.drop_index("ix_inbox_waiting")
        inbox.create_index(
            "ix_inbox_waiting", ["chat_id", "id"], sqlite_where=WAITING, postgresql_where=WAITING
        )
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
        notices.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        notices.add_column(sa.Column("spoken", sa.JSON(), server_default="[]", nullable=False))
        notices.add_column(sa.Column("not_to", sa.JSON(), server_default="[]", nullable=False))
        notices.add_column(sa.Column("bot_id", sa.BigInteger(), nullable=True))
        notices.alter_column("state", existing_type=sa.String(length=12), type_=sa.String(length=20))
        for name, columns in QUEUES.items():
            notices.create_index(name, columns, sqlite_where=QUEUED, postgresql_where=QUEUED)
    with op.batch_alter_table("officials") as officials:
        officials.add_column(sa.Column("bot_id", sa.BigInteger(), nullable=True))
    op.execute("UPDATE notices SET state = 'planned' WHERE state = 'pending' AND kind = 'reply'")
    op.execute("UPDATE notices SET state = 'failed_permanent' WHERE state = 'failed'")


def downgrade() -> None:
    """As before: answers wait with the rest, what is to be tried again waits too."""
    op.execute("UPDATE notices SET state = 'failed' WHERE state = 'failed_permanent'")
    op.execute(
        "UPDATE notices SET state = 'pending' WHERE state IN ('planned', 'deferred') AND kind = 'reply'"
    )
    op.execute("UPDATE notices SET state = 'planned' WHERE state = 'deferred'")
    with op.batch_alter_table("officials") as officials:
        officials.drop_column("bot_id")
    with op.batch_alter_table("notices") as notices:
        for name in QUEUES:
            notices.drop_index(name)
        notices.alter_column("state", existing_type=sa.String(length=20), type_=sa.String(length=12))
        for column in ("bot_id", "not_to", "spoken", "leased_until", "retry_at"):
            notices.drop_column(column)
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_index("ix_inbox_waiting")
        inbox.create_index("ix_inbox_waiting", ["state", "id"])
        inbox.alter_column("update_id", existing_type=sa.BigInteger(), type_=sa.Integer())
    op.drop_table("paces")
