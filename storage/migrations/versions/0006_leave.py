"""Leave: days on which a person is away, and who stands in; names of questions about one of several."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_leaves_official_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["officials.id"], name=op.f("fk_leaves_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    op.create_index("ix_leaves_to_on", "leaves", ["to_on", "from_on"])
    op.create_index("ix_duties_deputy", "duties", ["deputy_id"])
    _open_question(32, 64)


def downgrade() -> None:
    _open_question(64, 32)
    op.drop_index("ix_duties_deputy", "duties")
    op.drop_table("leaves")


def _open_question(before: int, after: int) -> None:
    """`members[2].health` is longer than the name of a question was."""
    with op.batch_alter_table("drafts") as drafts:
        drafts.alter_column(
            "at", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=True
        )
