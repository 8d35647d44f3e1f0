"""Channels that are pushed to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column(
            "external_id",
            sa.String(length=128),
            nullable=False,
            comment="the platform's id, or a hash of the event",
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_events")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_channel_events_channel_external_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("channel_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_events_received_at"), ["received_at"], unique=False)

    op.create_table(
        "channel_contacts",
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column(
            "unreachable_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="set while the citizen blocks us",
        ),
        sa.Column(
            "taken_over_by",
            sa.String(length=64),
            nullable=True,
            comment="an officer who writes in the platform's own console",
        ),
        sa.Column(
            "taken_over_at", sa.DateTime(timezone=True), nullable=True, comment="when that officer wrote last"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_channel_contacts_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_channel_contacts")),
    )
    op.create_table(
        "channel_state",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=True, comment="the process that holds a lease"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "delivery_parts",
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("platform_message_id", sa.String(length=128), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_delivery_parts_outbox_id_outbox"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outbox_id", "part", name=op.f("pk_delivery_parts")),
    )
    op.create_table(
        "zalo_tokens",
        sa.Column("app_id", sa.String(length=32), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False, comment="encrypted"),
        sa.Column("refresh_token", sa.Text(), nullable=False, comment="encrypted; valid for one use"),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column(
            "refreshing_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="written before the refresh token is used",
        ),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('OK', 'REFRESHING', 'NEEDS_REAUTH')", name=op.f("ck_zalo_tokens_state")),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_zalo_tokens")),
    )


def downgrade() -> None:
    op.drop_table("zalo_tokens")
    op.drop_table("delivery_parts")
    op.drop_table("channel_state")
    op.drop_table("channel_contacts")
    with op.batch_alter_table("channel_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_events_received_at"))

    op.drop_table("channel_events")
