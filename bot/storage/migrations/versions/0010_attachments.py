"""Files between citizens and officers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _reference(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_attachments_{name}_id_{name}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=32), nullable=False, comment="random; also the name of the file"),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("inbox_id", _row_id(), nullable=True, comment="the citizen's message it came with"),
        sa.Column("outbox_id", _row_id(), nullable=True, comment="the officer's message it goes with"),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column(
            "name",
            sa.String(length=120),
            server_default=sa.text("''"),
            nullable=False,
            comment="cleaned and masked",
        ),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=True, comment="why it was refused"),
        sa.Column(
            "source",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=True,
            comment="where a platform keeps it, until it was fetched",
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", _moment(), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column(
            "expires_at", _moment(), nullable=True, comment="set when no person holds the conversation any more"
        ),
        sa.CheckConstraint("state IN ('wanted', 'ready', 'refused', 'gone')", name=op.f("ck_attachments_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_attachments_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        _reference("inbox"),
        _reference("outbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("inbox_id", name=op.f("uq_attachments_inbox_id")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_attachments_outbox_id")),
    )
    op.create_index("ix_attachments_conversation", "attachments", ["conversation_id"])
    op.create_index(
        "ix_attachments_wanted",
        "attachments",
        ["created_at"],
        postgresql_where=sa.text("state = 'wanted'"),
        sqlite_where=sa.text("state = 'wanted'"),
    )


def downgrade() -> None:
    op.drop_table("attachments")
