"""Tables of dossier look-ups: audit, brakes, watches. No proof and nothing about a person is kept."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from bot.storage.tables import Moment, RowId, metadata

dossier_lookups = Table(
    "dossier_lookups",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("channel", String(16), nullable=False),
    Column("system", String(32), nullable=False),
    Column("code", String(48), nullable=False, comment="masked: without the running number"),
    Column("code_key", String(32), nullable=False, comment="keyed hash, to count different codes"),
    Column("outcome", String(16), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Index("ix_dossier_lookups_conversation", "conversation_id", "at"),
    sqlite_autoincrement=True,
)

dossier_brakes = Table(
    "dossier_brakes",
    metadata,
    Column("subject", String(64), primary_key=True, comment="code:<keyed hash> or chat:<conversation>"),
    Column("misses", Integer, nullable=False),
    Column("since", Moment, nullable=False, comment="of the first miss counted"),
    Column("until", Moment, comment="closed until then"),
)

dossier_watches = Table(
    "dossier_watches",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("code", String(48), nullable=False),
    Column("state", String(8), nullable=False, server_default="active"),
    Column("consent_text", String(24), nullable=False, comment="version of the sentence agreed to"),
    Column("consented_at", Moment, nullable=False),
    Column("status", Integer, nullable=False, comment="last status told, 0 to 10"),
    Column("due_on", Date, comment="last due day told"),
    Column("is_overdue_told", Integer, nullable=False, server_default="0"),
    Column("as_of", Moment, nullable=False, comment="when the system last answered"),
    Column("next_check_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("conversation_id", "code"),
    CheckConstraint("state IN ('active', 'ended')", name="state"),
    Index("ix_dossier_watches_due", "state", "next_check_at"),
    sqlite_autoincrement=True,
)
