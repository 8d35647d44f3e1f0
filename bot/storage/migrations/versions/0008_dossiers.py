"""Dossier look-ups, brakes, watches"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "conversations",
        sa.Column("awaits", sa.String(length=8), nullable=True, comment="what the bot has just asked for"),
    )
    op.create_table(
        "dossier_lookups",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False, comment="masked: without the running number"),
        sa.Column(
            "code_key", sa.String(length=32), nullable=False, comment="keyed hash, to count different codes"
        ),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_dossier_lookups_conversation_id_conversations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_lookups")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dossier_lookups_at"), "dossier_lookups", ["at"])
    op.create_index("ix_dossier_lookups_conversation", "dossier_lookups", ["conversation_id", "at"])
    op.create_table(
        "dossier_brakes",
        sa.Column(
            "subject", sa.String(length=64), nullable=False, comment="code:<keyed hash> or chat:<conversation>"
        ),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("since", _moment(), nullable=False, comment="of the first miss counted"),
        sa.Column("until", _moment(), nullable=True, comment="closed until then"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_dossier_brakes")),
    )
    op.create_table(
        "dossier_watches",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="active", nullable=False),
        sa.Column(
            "consent_text", sa.String(length=24), nullable=False, comment="version of the sentence agreed to"
        ),
        sa.Column("consented_at", _moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False, comment="last status told, 0 to 10"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="last due day told"),
        sa.Column("is_overdue_told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("as_of", _moment(), nullable=False, comment="when the system last answered"),
        sa.Column("next_check_at", _moment(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("ended_at", _moment(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'ended')", name=op.f("ck_dossier_watches_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_dossier_watches_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_watches")),
        sa.UniqueConstraint("conversation_id", "code", name=op.f("uq_dossier_watches_conversation_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dossier_watches_due", "dossier_watches", ["state", "next_check_at"])


def downgrade() -> None:
    for table in ("dossier_watches", "dossier_brakes", "dossier_lookups"):
        op.drop_table(table)
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("awaits")
