"""Households and the signals about them, as the first release has them."""

import sqlalchemy as sa
from alembic import op


def batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_content_hash"), "batches", ["content_hash"])


def households() -> None:
    op.create_table(
        "households",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=False),
        sa.Column("village_code", sa.String(length=20), nullable=False),
        sa.Column("group", sa.String(length=12)),
        sa.Column("head_name", sa.Text()),
        sa.Column("members", sa.Integer()),
        sa.Column("kind", sa.String(length=64)),
        sa.Column("labour", sa.String(length=64)),
        sa.Column("level", sa.String(length=12)),
        sa.Column("helper_id", sa.Integer()),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["officials.id"], name=op.f("fk_households_helper_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_households_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("number", name=op.f("uq_households_number")),
    )
    op.create_index(op.f("ix_households_region_code"), "households", ["region_code"])
    op.create_index(op.f("ix_households_village_code"), "households", ["village_code"])


def members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("id_hash", sa.String(length=64)),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_members_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_household_id"), "members", ["household_id"])
    op.create_index(op.f("ix_members_id_hash"), "members", ["id_hash"])


def clues() -> None:
    op.create_table(
        "clues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal_id", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.Integer()),
        sa.Column("dept", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("event_on", sa.Date()),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("village_code", sa.String(length=20)),
        sa.Column("household_number", sa.String(length=64)),
        sa.Column("id_hash", sa.String(length=64)),
        sa.Column("person_role", sa.String(length=20)),
        sa.Column("risk", sa.String(length=8)),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("band", sa.String(length=20)),
        sa.Column("note", sa.Text()),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("household_id", sa.Integer()),
        sa.Column("case_id", sa.Integer()),
        sa.Column("other_address", sa.String(length=20)),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=32)),
        sa.Column("result_on", sa.Date()),
        sa.Column("reported_by", sa.Integer()),
        sa.Column("insert_order", sa.Integer()),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_clues_batch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clues_case_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_clues_household_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["officials.id"], name=op.f("fk_clues_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clues")),
        sa.UniqueConstraint("signal_id", name=op.f("uq_clues_signal_id")),
    )
    op.create_index(op.f("ix_clues_batch_id"), "clues", ["batch_id"])
    op.create_index(op.f("ix_clues_case_id"), "clues", ["case_id"])
    op.create_index(op.f("ix_clues_household_id"), "clues", ["household_id"])
    op.create_index(op.f("ix_clues_id_hash"), "clues", ["id_hash"])
    op.create_index("ix_clues_state_received", "clues", ["state", "received_on"])
