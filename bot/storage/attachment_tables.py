"""Files between citizens and officers; their bytes are in a folder, never in the database."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.storage.tables import Json, Moment, metadata

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(32), primary_key=True, comment="random; also the name of the file"),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE"), comment="the citizen's message it came with"),
    Column("outbox_id", ForeignKey("outbox.id", ondelete="CASCADE"), comment="the officer's message it goes with"),
    Column("state", String(8), nullable=False),
    Column("kind", String(8)),
    Column("name", String(120), nullable=False, server_default=text("''"), comment="cleaned and masked"),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("reason", String(12), comment="why it was refused"),
    Column("source", Json, comment="where a platform keeps it, until it was fetched"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, comment="set when no person holds the conversation any more"),
    UniqueConstraint("inbox_id"),
    UniqueConstraint("outbox_id"),
    CheckConstraint("state IN ('wanted', 'ready', 'refused', 'gone')", name="state"),
)
Index(
    "ix_attachments_wanted",
    attachments.c.created_at,
    postgresql_where=text("state = 'wanted'"),
    sqlite_where=text("state = 'wanted'"),
)
Index("ix_attachments_conversation", attachments.c.conversation_id)
