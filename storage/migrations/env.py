"""Where alembic meets the models; the connection is handed in by `storage.migrate`."""

from typing import Any, Literal

from alembic import context

from storage.engine import Base
from storage.types import Instant, Sealed, SealedJson

PLAIN = {Instant: "sa.DateTime(timezone=True)", Sealed: "sa.Text()", SealedJson: "sa.Text()"}


def plain_type(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """A revision names the stored type, so that it stands when our own types change."""
    return PLAIN.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
