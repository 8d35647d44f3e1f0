"""Tables of the channels that are pushed to: what is neither a message nor a reply."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from bot.storage.tables import Json, Moment, RowId, metadata

channel_events = Table(
    "channel_events",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False, comment="the platform's id, or a hash of the event"),
    Column("kind", String(24), nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
    UniqueConstraint("channel", "external_id"),
    sqlite_autoincrement=True,
)

channel_contacts = Table(
    "channel_contacts",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("unreachable_at", Moment, comment="set while the citizen blocks us"),
    Column("taken_over_by", String(64), comment="an officer who writes in the platform's own console"),
    Column("taken_over_at", Moment, comment="when that officer wrote last"),
)

channel_state = Table(
    "channel_state",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Json),
    Column("holder", String(64), comment="the process that holds a lease"),
    Column("expires_at", Moment),
    Column("updated_at", Moment, nullable=False),
)

delivery_parts = Table(
    "delivery_parts",
    metadata,
    Column("outbox_id", ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("platform_message_id", String(128)),
    Column("sent_at", Moment, nullable=False),
)

zalo_tokens = Table(
    "zalo_tokens",
    metadata,
    Column("app_id", String(32), primary_key=True),
    Column("access_token", Text, nullable=False, comment="encrypted"),
    Column("refresh_token", Text, nullable=False, comment="encrypted; valid for one use"),
    Column("access_expires_at", Moment, nullable=False),
    Column("refresh_issued_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("refreshing_since", Moment, comment="written before the refresh token is used"),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("state IN ('OK', 'REFRESHING', 'NEEDS_REAUTH')", name="state"),
)
