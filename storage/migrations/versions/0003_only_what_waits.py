"""Indexes of just the rows that wait, so that the cost of a look grows with those and not with all."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

WAITING = (
    ("ix_notices_pending", "notices", ["not_before"], "state = 'pending'"),
    ("ix_notices_held", "notices", ["id"], "state = 'held'"),
    ("ix_notices_parked", "notices", ["id"], "state = 'parked'"),
    ("ix_notices_staged", "notices", ["batch", "region_code"], "state = 'staged'"),
    ("ix_notices_sent_on", "notices", ["sent_on"], "sent_on IS NOT NULL"),
    ("ix_rungs_due", "rungs", ["fires_at"], "state = 'pending'"),
    ("ix_cases_ask_again", "cases", ["ask_again_on"], "ask_again_on IS NOT NULL"),
    ("ix_clues_waiting", "clues", ["id"], "state = 'waiting'"),
)
WHOLE = (
    ("ix_notices_due", "notices", ["state", "not_before", "lane"]),
    ("ix_rungs_due", "rungs", ["state", "fires_at"]),
    ("ix_clues_state_received", "clues", ["state", "received_on"]),
)


def upgrade() -> None:
    for name, table, _ in WHOLE:
        op.drop_index(name, table)
    for name, table, columns, condition in WAITING:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_clues_received_on", "clues", ["received_on"])
    op.create_index("ix_regions_level", "regions", ["level", "code"])


def downgrade() -> None:
    op.drop_index("ix_regions_level", "regions")
    op.drop_index("ix_clues_received_on", "clues")
    for name, table, _, _ in WAITING:
        op.drop_index(name, table)
    for name, table, columns in WHOLE:
        op.create_index(name, table, columns)
