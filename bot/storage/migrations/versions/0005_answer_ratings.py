"""Ratings of answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_ratings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="the rated answer"),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True, comment="masked; what was wrong, in the citizen's words"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('correct', 'incorrect')", name=op.f("ck_answer_ratings_verdict")),
        sa.ForeignKeyConstraint(
            ["conversation_id", "seq"],
            ["outbox.conversation_id", "outbox.seq"],
            name=op.f("fk_answer_ratings_conversation_id_outbox"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_ratings")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_answer_ratings_conversation_id_seq")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answer_ratings_updated_at", "answer_ratings", ["updated_at"])


def downgrade() -> None:
    op.drop_table("answer_ratings")
