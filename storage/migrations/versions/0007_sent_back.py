"""A step sent back asks only what it was sent back for."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("asks", sa.JSON(), nullable=True))
    op.add_column("drafts", sa.Column("asking", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("drafts", "asking")
    op.drop_column("tasks", "asks")
