"""Alembic environment: runs on the connection that `bot.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

# Imported for their tables.
from bot.storage import (
    attachment_tables,  # noqa: F401
    catalogue_tables,  # noqa: F401
    channel_tables,  # noqa: F401
    dossier_tables,  # noqa: F401
    handoff_tables,  # noqa: F401
    rating_tables,  # noqa: F401
    staff_tables,  # noqa: F401
    training_tables,  # noqa: F401
)
from bot.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
