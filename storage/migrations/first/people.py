"""Regions and those responsible, as the first release has them."""

import sqlalchemy as sa
from alembic import op


def officials() -> None:
    op.create_table(
        "officials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("linked_at", sa.DateTime(timezone=True)),
        sa.Column("blocked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officials")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_officials_chat_id")),
        sa.UniqueConstraint("staff_no", name=op.f("uq_officials_staff_no")),
    )
    op.create_index(op.f("ix_officials_phone_hash"), "officials", ["phone_hash"])


def regions() -> None:
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parent_code", sa.String(length=20)),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("successor", sa.String(length=20)),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_parent_code"), "regions", ["parent_code"])


def duties() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date()),
        sa.Column("deputy_id", sa.Integer()),
        sa.ForeignKeyConstraint(["deputy_id"], ["officials.id"], name=op.f("fk_duties_deputy_id")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_duties_official_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_duties_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(op.f("ix_duties_official_id"), "duties", ["official_id"])
    op.create_index("ix_duties_post_region", "duties", ["post", "region_code"])
    op.create_index(
        "uq_duties_once", "duties", ["official_id", "post", "region_code", "from_on"], unique=True
    )


def link_tokens() -> None:
    op.create_table(
        "link_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_link_tokens_official_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_link_tokens")),
    )


def linkings() -> None:
    op.create_table(
        "linkings",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_hash"], ["link_tokens.token_hash"], name=op.f("fk_linkings_token_hash")
        ),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_linkings")),
    )
