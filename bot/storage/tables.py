"""All tables. Times are UTC; texts written by citizens are masked before they come here."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite numbers rows by itself only in columns of type INTEGER. The tables with such an id also need
# `sqlite_autoincrement`, or the id of an erased message would be given to the next one.
RowId = BigInteger().with_variant(Integer(), "sqlite")
Moment = DateTime(timezone=True)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("address", String(128), nullable=False, comment="the platform's name for the conversation"),
    Column("state", String(8), nullable=False, server_default="BOT"),
    Column("state_version", Integer, nullable=False, server_default="0"),
    Column("next_seq", Integer, nullable=False, server_default="1"),
    Column("open_choices", Json, comment="buttons of the last reply, for a choice typed as text"),
    Column("awaits", String(8), comment="what the bot has just asked for"),
    Column("created_at", Moment, nullable=False),
    Column("last_message_at", Moment, nullable=False),
    UniqueConstraint("channel", "address"),
    CheckConstraint("state IN ('BOT', 'WAITING', 'HUMAN')", name="state"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("platform_message_id", String(128), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("text", Text, nullable=False, comment="masked"),
    Column("choice_id", String(40)),
    Column("received_at", Moment, nullable=False),
    Column("status", String(8), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    Column("finished_at", Moment),
    Column("outcome", String(16)),
    Column("understanding", Json),
    Column("release", String(64)),
    UniqueConstraint("channel", "platform_message_id"),
    UniqueConstraint("conversation_id", "seq"),
    CheckConstraint("status IN ('pending', 'done', 'failed')", name="status"),
    sqlite_autoincrement=True,
)
# Both queues stay small however long the history grows.
Index(
    "ix_inbox_pending",
    inbox.c.conversation_id,
    inbox.c.seq,
    postgresql_where=text("status = 'pending'"),
    sqlite_where=text("status = 'pending'"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("inbox_id", ForeignKey("inbox.id", ondelete="CASCADE"), comment="the message it answers"),
    Column("part", Integer, nullable=False, server_default="0"),
    Column("author", String(8), nullable=False, server_default="bot"),
    Column("body", Json, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("status", String(8), nullable=False, comment="pulled channels need no sending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    Column("sent_at", Moment),
    Column("platform_message_id", String(128)),
    UniqueConstraint("conversation_id", "seq"),
    # The last line of defence against a doubled reply.
    UniqueConstraint("inbox_id", "part"),
    CheckConstraint("status IN ('pulled', 'pending', 'sent', 'failed')", name="status"),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_pending",
    outbox.c.conversation_id,
    outbox.c.seq,
    postgresql_where=text("status = 'pending'"),
    sqlite_where=text("status = 'pending'"),
)

dialogue_states = Table(
    "dialogue_states",
    metadata,
    Column("conversation_id", String(128), primary_key=True),
    Column("events", Text, nullable=False, comment="masked JSON of the running session"),
    Column("updated_at", Moment, nullable=False, index=True),
)

releases = Table(
    "releases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("archive", String(255), nullable=False, comment="file name below models/"),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False, comment="hash of data, config and code"),
    Column("state", String(10), nullable=False),
    Column("report", Json),
    Column("created_at", Moment, nullable=False),
    Column("activated_at", Moment),
    CheckConstraint("state IN ('trained', 'active', 'retired')", name="state"),
)

import_runs = Table(
    "import_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("file", String(255), nullable=False, comment="name of the file, without its folder"),
    Column("state", String(8), nullable=False),
    Column("report", Json),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
)

imported_procedures = Table(
    "imported_procedures",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("content", Json, nullable=False, comment="bot.catalogue.imported.ImportedProcedure"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of content"),
    Column("flags", Json, nullable=False, comment="trap → repaired, withheld, caution"),
    Column("source_url", String(500), nullable=False),
    Column("collected_on", Date),
    Column("run_id", ForeignKey("import_runs.id"), nullable=False, comment="the import that last changed it"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# A run fills this batch by batch; one transaction at its end moves everything over.
import_staging = Table(
    "import_staging",
    metadata,
    Column("run_id", ForeignKey("import_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("code", String(8), primary_key=True),
    Column("batch", Integer, nullable=False),
    Column("content", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("flags", Json, nullable=False),
    Column("source_url", String(500), nullable=False),
    Column("collected_on", Date),
)
