"""The table of citizens' ratings; beside the other tables because the widget's room owns it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from bot.storage.tables import Moment, RowId, metadata

answer_ratings = Table(
    "answer_ratings",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", String(40), nullable=False),
    Column("seq", Integer, nullable=False, comment="the rated answer"),
    Column("verdict", String(12), nullable=False),
    Column("comment", Text, comment="masked; what was wrong, in the citizen's words"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Unique("conversation_id", "seq"),
    # Erasing a conversation erases its answers, and these with them.
    ForeignKeyConstraint(["conversation_id", "seq"], ["outbox.conversation_id", "outbox.seq"], ondelete="CASCADE"),
    CheckConstraint("verdict IN ('correct', 'incorrect')", name="verdict"),
    sqlite_autoincrement=True,
)
Index("ix_answer_ratings_updated_at", answer_ratings.c.updated_at)
