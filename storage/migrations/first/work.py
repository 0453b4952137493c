"""The work, as the first release has it."""

import sqlalchemy as sa
from alembic import op


def audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer()),
        sa.Column("task_id", sa.Integer()),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("insert_order", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_case_id"), "audit", ["case_id"])


def markers() -> None:
    op.create_table(
        "markers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_markers")),
    )


def policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_policy_versions")),
    )


def feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_feedback_official_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )


def cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=12)),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("sources", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=32)),
        sa.Column("candidate_on", sa.Date()),
        sa.Column("recognised_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("ask_again_on", sa.Date()),
        sa.Column("clock_stopped_on", sa.Date()),
        sa.Column("income_line", sa.String(length=80)),
        sa.Column("category", sa.String(length=32)),
        sa.Column("insert_order", sa.Integer()),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_cases_household_id")),
        sa.ForeignKeyConstraint(
            ["policy_digest"], ["policy_versions.digest"], name=op.f("fk_cases_policy_digest")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_cases_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(op.f("ix_cases_household_id"), "cases", ["household_id"])
    op.create_index(op.f("ix_cases_opened_on"), "cases", ["opened_on"])
    op.create_index(op.f("ix_cases_region_code"), "cases", ["region_code"])
    op.create_index(
        "uq_cases_open_household",
        "cases",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )


def tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer()),
        sa.Column("clue_id", sa.Integer()),
        sa.Column("procedure", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=False),
        sa.Column("assigned_id", sa.Integer()),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("expected_on", sa.Date()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("excuse", sa.String(length=32)),
        sa.Column("assisted_on", sa.Date()),
        sa.Column("outcome", sa.String(length=32)),
        sa.Column("happened_on", sa.Date()),
        sa.Column("recorded_at", sa.DateTime(timezone=True)),
        sa.Column("insert_order", sa.Integer()),
        sa.ForeignKeyConstraint(["assigned_id"], ["officials.id"], name=op.f("fk_tasks_assigned_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id")),
        sa.ForeignKeyConstraint(["clue_id"], ["clues.id"], name=op.f("fk_tasks_clue_id")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_tasks_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_assigned_id"), "tasks", ["assigned_id"])
    op.create_index(op.f("ix_tasks_case_id"), "tasks", ["case_id"])
    op.create_index(op.f("ix_tasks_clue_id"), "tasks", ["clue_id"])
    op.create_index("ix_tasks_due", "tasks", ["state", "due_on"])
    op.create_index("ix_tasks_holder", "tasks", ["state", "post", "region_code"])
    op.create_index(
        "uq_tasks_open_step",
        "tasks",
        ["case_id", "step"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer()),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("marked", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=32)),
        sa.Column("editing", sa.Boolean(), nullable=False),
        sa.Column("confirming", sa.String(length=160)),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_drafts_official_id")),
        sa.ForeignKeyConstraint(
            ["policy_digest"], ["policy_versions.digest"], name=op.f("fk_drafts_policy_digest")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_drafts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_holder", "drafts", ["official_id", "state"])
    op.create_index(op.f("ix_drafts_task_id"), "drafts", ["task_id"])


def follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_follow_ups_case_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_follow_ups_household_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_follow_ups_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    op.create_index(op.f("ix_follow_ups_household_id"), "follow_ups", ["household_id"])
    op.create_index(op.f("ix_follow_ups_task_id"), "follow_ups", ["task_id"])
    op.create_index(
        "uq_follow_ups_open_household",
        "follow_ups",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("done_on IS NULL"),
        postgresql_where=sa.text("done_on IS NULL"),
    )


def rungs() -> None:
    op.create_table(
        "rungs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("to", sa.String(length=16), nullable=False),
        sa.Column("post", sa.String(length=64), nullable=False),
        sa.Column("region_code", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("escalates", sa.Boolean(), nullable=False),
        sa.Column("per_town", sa.Boolean(), nullable=False),
        sa.Column("unless_started", sa.Boolean(), nullable=False),
        sa.Column("fires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_rungs_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rungs")),
    )
    op.create_index("ix_rungs_due", "rungs", ["state", "fires_at"])
    op.create_index(
        "uq_rungs_once", "rungs", ["task_id", "due_version", "name", "post", "region_code"], unique=True
    )


def submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer()),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.Integer()),
        sa.Column("case_id", sa.Integer()),
        sa.Column("household_id", sa.Integer()),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("late_entry", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_submissions_case_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_submissions_draft_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_submissions_household_id")
        ),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_submissions_official_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_submissions_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_submissions_draft_id")),
    )
    op.create_index(op.f("ix_submissions_case_id"), "submissions", ["case_id"])
    op.create_index(op.f("ix_submissions_household_id"), "submissions", ["household_id"])
    op.create_index(op.f("ix_submissions_task_id"), "submissions", ["task_id"])
