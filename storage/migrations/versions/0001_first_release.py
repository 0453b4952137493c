"""The first release: everything that is remembered, and an audit that only grows."""

from alembic import op

from storage.migrations.first import people, post_box, register, work

revision: str = "0001"
down_revision: str | None = None

TABLES = (
    work.audit,
    register.batches,
    post_box.inbox,
    work.markers,
    people.officials,
    work.policy_versions,
    people.regions,
    people.duties,
    work.feedback,
    register.households,
    people.link_tokens,
    work.cases,
    people.linkings,
    register.members,
    register.clues,
    work.tasks,
    work.drafts,
    work.follow_ups,
    work.rungs,
    post_box.notices,
    work.submissions,
    post_box.deliveries,
)
GUARDS = {
    "sqlite": [
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit rows are append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ],
}
UNGUARDS = {"postgresql": ["DROP FUNCTION audit_is_append_only() CASCADE"]}


def upgrade() -> None:
    """Tables in the order of their foreign keys, then the guard of the audit."""
    for create in TABLES:
        create()
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Forgets everything; a table takes its indexes and triggers along."""
    for statement in UNGUARDS.get(op.get_context().dialect.name, []):
        op.execute(statement)
    for create in reversed(TABLES):
        op.drop_table(create.__name__)
