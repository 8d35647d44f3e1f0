"""Tables of the staff console: accounts, sessions, invitations and the audit trail."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table

from bot.storage.tables import Json, Moment, RowId, metadata

staff = Table(
    "staff",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(255), comment="argon2id; null for accounts that sign in elsewhere"),
    Column("oidc_subject", String(255), unique=True, comment="issuer and subject, bound at the first sign-in"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Moment),
    Column("disabled_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment),
    CheckConstraint("role IN ('trainer', 'editor', 'officer', 'analyst', 'admin')", name="role"),
    sqlite_autoincrement=True,
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="SHA-256 of the cookie"),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

staff_invitations = Table(
    "staff_invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="SHA-256 of the link's secret"),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), comment="null: the first administrator"),
    Column("expires_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("staff_id", Integer, comment="no foreign key: the trail outlives the account"),
    Column("who", String(120), nullable=False),
    Column("action", String(48), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("reason", String(1000)),
    sqlite_autoincrement=True,
)
