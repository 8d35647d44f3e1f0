"""Tables of retraining: examples, what waits for review, training runs, gates, canaries, saved tests."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.tables import Json, Moment, RowId, metadata

examples = Table(
    "examples",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False, comment="masked"),
    Column("key", String(400), nullable=False, comment="lower case, single spaces: one row for each text"),
    Column("intent", String(64), nullable=False),
    Column("procedure", String(32), comment="code, for questions that name their procedure"),
    Column("use", String(12), nullable=False),
    Column("held_back", Boolean, nullable=False, comment="stays in evaluation, is never taught"),
    Column("pinned", Boolean, nullable=False, comment="a release that misses it is not promoted"),
    Column("position", Integer, nullable=False, comment="order inside its file"),
    Column("origin", String(10), nullable=False),
    Column("basis", String(200), nullable=False, comment="why we may keep it"),
    Column("expires_on", Date),
    Column("was_right", Boolean, comment="whether the bot understood it when it was said"),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("added_by", String(120), nullable=False),
    Column("added_at", Moment, nullable=False, index=True),
    UniqueConstraint("key"),
    CheckConstraint("use IN ('training', 'evaluation')", name="use"),
    CheckConstraint("origin IN ('file', 'live', 'import', 'written')", name="origin"),
    sqlite_autoincrement=True,
)

nlu_state = Table(
    "nlu_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False, comment="grows with each change of the examples"),
    Column("synced_version", Integer, nullable=False, comment="version that equals the files"),
    Column("files_sha256", String(64), nullable=False),
    Column("base", Json, nullable=False, comment="key → [intent, procedure] at the last sync"),
    CheckConstraint("id = 1", name="single"),
)

review_items = Table(
    "review_items",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("group_id", RowId, nullable=False, comment="inbox_id of the first look-alike"),
    Column("worth", Float, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("outcome", String(16)),
    Column("understanding", Json),
    Column("release", String(64)),
    Column("said_at", Moment, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("decision_id", ForeignKey("review_decisions.id", ondelete="SET NULL")),
    CheckConstraint("state IN ('open', 'decided')", name="state"),
)
Index("ix_review_items_conversation", review_items.c.conversation_id, review_items.c.seq)
Index(
    "ix_review_items_open",
    review_items.c.group_id,
    postgresql_where=text("state = 'open'"),
    sqlite_where=text("state = 'open'"),
)

review_progress = Table(
    "review_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("inbox_id", RowId, nullable=False, comment="messages up to here were looked at"),
    CheckConstraint("id = 1", name="single"),
)

review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),
    Column("staff_id", Integer, nullable=False),
    Column("who", String(120), nullable=False),
    Column("at", Moment, nullable=False),
    Column("items", Json, nullable=False, comment="inbox ids"),
    Column("example_ids", Json, nullable=False, comment="examples it added"),
    Column("replaced", Json, nullable=False, comment="examples it changed, as they were"),
    Column("label", Json, nullable=False),
    Column("undone_at", Moment),
    sqlite_autoincrement=True,
)

content_requests = Table(
    "content_requests",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("text", Text, nullable=False, comment="masked"),
    Column("asked", Integer, nullable=False, comment="how many people asked it"),
    Column("note", String(1000), nullable=False),
    Column("decision_id", ForeignKey("review_decisions.id", ondelete="SET NULL")),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("state IN ('open', 'done')", name="state"),
    sqlite_autoincrement=True,
)

training_runs = Table(
    "training_runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("state", String(10), nullable=False),
    Column("who", String(120), nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("start_after", Moment, nullable=False),
    Column("repeat_daily", Boolean, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("what", String(120), nullable=False),
    Column("message", Text, nullable=False),
    Column("fingerprint", String(64)),
    Column("release_id", String(64)),
    Column("started_at", Moment),
    Column("alive_at", Moment, comment="the process that runs it writes this every few seconds"),
    Column("finished_at", Moment),
    CheckConstraint(
        "state IN ('waiting', 'training', 'gating', 'green', 'red', 'failed', 'cancelled', 'skipped')",
        name="state",
    ),
    sqlite_autoincrement=True,
)

gate_reports = Table(
    "gate_reports",
    metadata,
    Column("release_id", ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True),
    Column("against", String(64), comment="release it was compared with"),
    Column("verdict", String(5), nullable=False),
    Column("report", Json, nullable=False),
    Column("made_at", Moment, nullable=False),
    CheckConstraint("verdict IN ('green', 'red')", name="verdict"),
)

release_scores = Table(
    "release_scores",
    metadata,
    Column("release_id", ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True),
    Column("results", Json, nullable=False, comment="digest of question → result"),
    Column("catalogue", String(64), nullable=False, comment="digest of the catalogue and the code that answered"),
)

canaries = Table(
    "canaries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release_id", ForeignKey("releases.id", ondelete="CASCADE"), nullable=False),
    Column("share", Float, nullable=False, comment="part of the conversations, 0 to 1"),
    Column("started_at", Moment, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

saved_conversations = Table(
    "saved_conversations",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("title", String(200), nullable=False),
    Column("turns", Json, nullable=False, comment="masked texts"),
    Column("expect", Json, nullable=False, comment="outcome, procedure, aspect, offers for each turn"),
    Column("who", String(120), nullable=False),
    Column("basis", String(200), nullable=False),
    Column("expires_on", Date),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
