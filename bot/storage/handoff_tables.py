"""Tables of the desk: handoffs to officers, their lines and notes, contact requests, timers, moves, copies."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from bot.storage import staff_tables
from bot.storage.tables import Json, Moment, RowId, metadata

officers = Table(
    "officers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("staff_id", ForeignKey(staff_tables.staff.c.id, ondelete="SET NULL"), unique=True),
    Column("telegram_user", BigInteger, unique=True, comment="numeric id of the Telegram account"),
    Column("zalo_admin", String(64), unique=True, comment="admin_id of events of the Zalo console"),
    Column("name", String(120), nullable=False, comment="for colleagues; citizens see display_role"),
    Column("display_role", String(120), nullable=False),
    Column("departments", Json, nullable=False, comment="ids; an empty list is all"),
    Column("units", Json, nullable=False, comment="codes of communes; an empty list is all"),
    Column("is_supervisor", Integer, nullable=False, server_default="0"),
    Column("duty_until", Moment, comment="on duty until then"),
    Column("disabled_at", Moment),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True, comment="HT-000123"),
    Column(
        "conversation_id",
        ForeignKey("conversations.id", ondelete="SET NULL"),
        comment="null once the conversation is erased; what remains is for figures",
    ),
    Column("channel", String(16), nullable=False),
    Column("status", String(8), nullable=False),
    Column("reason", String(16), nullable=False, comment="who or what asked for a person"),
    Column("summary", Text, comment="what the bot understood, masked"),
    Column("procedure", String(8)),
    Column("dossier", String(48), comment="masked: without the running number"),
    Column("field", String(160), comment="field of work of the procedure"),
    Column("department", String(48), nullable=False),
    Column("unit", String(48), comment="commune the conversation is about"),
    Column("priority", Integer, nullable=False, server_default="0", comment="the smaller comes first"),
    Column("preferred_officer_id", Integer, comment="who talked with the citizen a moment ago"),
    Column("officer_id", ForeignKey("officers.id", ondelete="SET NULL")),
    Column("from_seq", Integer, nullable=False, server_default="0", comment="last number before it was asked for"),
    Column("to_seq", Integer, comment="last number when it ended"),
    Column("asked_at", Moment, nullable=False),
    Column("consent_at", Moment),
    Column("requested_at", Moment),
    Column("claimed_at", Moment, comment="first time"),
    Column("first_answer_at", Moment),
    Column("last_citizen_at", Moment),
    Column("last_officer_at", Moment),
    Column("ended_at", Moment),
    Column("end_reason", String(20)),
    Column("result_code", String(20)),
    Column("rating", Integer),
    Column("rating_text", Text, comment="masked"),
    Column("rated_at", Moment),
    Column("topic_chat", String(32), comment="Telegram group of its topic"),
    Column("topic_id", String(32)),
    Column("card_id", String(32), comment="message of the card in the topic"),
    CheckConstraint("status IN ('asked', 'waiting', 'human', 'ended')", name="status"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    sqlite_autoincrement=True,
)
# The last line of defence against two handoffs of one conversation at once.
Index(
    "uq_handoffs_open",
    handoffs.c.conversation_id,
    unique=True,
    postgresql_where=text("status <> 'ended'"),
    sqlite_where=text("status <> 'ended'"),
)
Index("ix_handoffs_status", handoffs.c.status, handoffs.c.department)
Index("ix_handoffs_ended_at", handoffs.c.ended_at)
Index("ix_handoffs_conversation", handoffs.c.conversation_id)

officer_lines = Table(
    "officer_lines",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False, comment="of the reply in the conversation"),
    Column("officer_id", ForeignKey("officers.id", ondelete="SET NULL")),
    Column("origin", String(160), unique=True, comment="id of the event it came from; a second one is ignored"),
    Column("told", String(10), comment="receipt last shown to the officer"),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index("uq_officer_lines_place", officer_lines.c.conversation_id, officer_lines.c.seq, unique=True)

handoff_notes = Table(
    "handoff_notes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False, comment="note: by an officer; event: who did what"),
    Column("officer_id", ForeignKey("officers.id", ondelete="SET NULL")),
    Column("text", Text, nullable=False, comment="masked; never shown to the citizen"),
    Column("origin", String(160), unique=True),
    Column("at", Moment, nullable=False),
    CheckConstraint("kind IN ('note', 'event')", name="kind"),
    sqlite_autoincrement=True,
)

contact_requests = Table(
    "contact_requests",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True, comment="LH-000045"),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="SET NULL"), comment="in which it was answered"),
    Column("state", String(12), nullable=False),
    Column("department", String(48), nullable=False),
    Column("unit", String(48)),
    Column("procedure", String(8)),
    Column("question", Text, comment="masked"),
    Column("reply_by", String(8), comment="here or phone"),
    Column("phone", String(16), comment="only to call back; deleted when it is done"),
    Column("wish", String(120), comment="preferred time, in the citizen's words, masked"),
    Column("due_at", Moment),
    Column("officer_id", ForeignKey("officers.id", ondelete="SET NULL")),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    CheckConstraint("state IN ('draft', 'open', 'answered', 'unreachable', 'cancelled')", name="state"),
    CheckConstraint("reply_by IN ('here', 'phone')", name="reply_by"),
    sqlite_autoincrement=True,
)
Index("ix_contact_requests_state", contact_requests.c.state, contact_requests.c.due_at)
Index("ix_contact_requests_conversation", contact_requests.c.conversation_id)
Index(
    "uq_contact_requests_draft",
    contact_requests.c.conversation_id,
    unique=True,
    postgresql_where=text("state = 'draft'"),
    sqlite_where=text("state = 'draft'"),
)

desk_timers = Table(
    "desk_timers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("lease_until", Moment, comment="a process works on it"),
    sqlite_autoincrement=True,
)
Index("uq_desk_timers_kind", desk_timers.c.handoff_id, desk_timers.c.kind, unique=True)

channel_moves = Table(
    "channel_moves",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True, comment="SHA-256 of the link's secret"),
    Column("from_conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to_channel", String(16), nullable=False),
    Column("to_conversation", ForeignKey("conversations.id", ondelete="CASCADE"), index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment, comment="a link works once"),
    Column("returned_at", Moment, comment="when the conversation went back to where it came from"),
    sqlite_autoincrement=True,
)

desk_copies = Table(
    "desk_copies",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("place", String(24), nullable=False, comment="kind of place officers work at, for example telegram"),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), index=True),
    Column("kind", String(16), nullable=False),
    Column("seq", Integer, comment="number of the line in the conversation"),
    Column("body", Json, nullable=False, comment="never a text of the citizen: those are read when sent"),
    Column("status", String(8), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    Column("sent_at", Moment),
    Column("external_id", String(128)),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("status IN ('pending', 'sent', 'failed')", name="status"),
    sqlite_autoincrement=True,
)
Index(
    "ix_desk_copies_pending",
    desk_copies.c.place,
    desk_copies.c.id,
    postgresql_where=text("status = 'pending'"),
    sqlite_where=text("status = 'pending'"),
)
