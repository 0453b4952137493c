"""Words on their way in and out, as the first release has them."""

import sqlalchemy as sa
from alembic import op


def inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("payload", sa.Text()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["state", "id"])
    op.create_index("uq_inbox_once", "inbox", ["bot_id", "update_id"], unique=True)


def notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=160)),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=80)),
        sa.Column("batch", sa.String(length=80)),
        sa.Column("post", sa.String(length=64)),
        sa.Column("region_code", sa.String(length=20)),
        sa.Column("official_id", sa.Integer()),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("case_id", sa.Integer()),
        sa.Column("task_id", sa.Integer()),
        sa.Column("draft_id", sa.Integer()),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("collapse", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useless_after", sa.DateTime(timezone=True)),
        sa.Column("carrier_id", sa.Integer()),
        sa.Column("edits_message", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date()),
        sa.Column("sent_chat_id", sa.BigInteger()),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("insert_order", sa.Integer()),
        sa.ForeignKeyConstraint(["carrier_id"], ["notices.id"], name=op.f("fk_notices_carrier_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_notices_draft_id")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_notices_official_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_notices_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_carrier_id"), "notices", ["carrier_id"])
    op.create_index(op.f("ix_notices_case_id"), "notices", ["case_id"])
    op.create_index(op.f("ix_notices_draft_id"), "notices", ["draft_id"])
    op.create_index("ix_notices_due", "notices", ["state", "not_before", "lane"])
    op.create_index("ix_notices_person_day", "notices", ["official_id", "sent_on"])
    op.create_index(op.f("ix_notices_task_id"), "notices", ["task_id"])
    op.create_index("uq_notices_once", "notices", ["once"], unique=True)


def deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_notice_id"), "deliveries", ["notice_id"])
