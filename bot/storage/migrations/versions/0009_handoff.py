"""The desk: officers, handoffs, their lines, notes, contact requests, timers, moves and copies"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _row_id() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "channel_moves",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the link's secret"),
        sa.Column("from_conversation", sa.String(length=40), nullable=False),
        sa.Column("to_channel", sa.String(length=16), nullable=False),
        sa.Column("to_conversation", sa.String(length=40), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True, comment="a link works once"),
        sa.Column(
            "returned_at",
            _moment(),
            nullable=True,
            comment="when the conversation went back to where it came from",
        ),
        sa.ForeignKeyConstraint(
            ["from_conversation"],
            ["conversations.id"],
            name=op.f("fk_channel_moves_from_conversation_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_conversation"],
            ["conversations.id"],
            name=op.f("fk_channel_moves_to_conversation_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_moves")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_channel_moves_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_channel_moves_from_conversation"), "channel_moves", ["from_conversation"], unique=False
    )
    op.create_index(op.f("ix_channel_moves_to_conversation"), "channel_moves", ["to_conversation"], unique=False)
    op.create_table(
        "officers",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("staff_id", _row_id(), nullable=True),
        sa.Column("telegram_user", sa.BigInteger(), nullable=True, comment="numeric id of the Telegram account"),
        sa.Column(
            "zalo_admin", sa.String(length=64), nullable=True, comment="admin_id of events of the Zalo console"
        ),
        sa.Column(
            "name", sa.String(length=120), nullable=False, comment="for colleagues; citizens see display_role"
        ),
        sa.Column("display_role", sa.String(length=120), nullable=False),
        sa.Column("departments", _json(), nullable=False, comment="ids; an empty list is all"),
        sa.Column("units", _json(), nullable=False, comment="codes of communes; an empty list is all"),
        sa.Column("is_supervisor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duty_until", _moment(), nullable=True, comment="on duty until then"),
        sa.Column("disabled_at", _moment(), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_officers_staff_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_officers_staff_id")),
        sa.UniqueConstraint("telegram_user", name=op.f("uq_officers_telegram_user")),
        sa.UniqueConstraint("zalo_admin", name=op.f("uq_officers_zalo_admin")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handoffs",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False, comment="HT-000123"),
        sa.Column(
            "conversation_id",
            sa.String(length=40),
            nullable=True,
            comment="null once the conversation is erased; what remains is for figures",
        ),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False, comment="who or what asked for a person"),
        sa.Column("summary", sa.Text(), nullable=True, comment="what the bot understood, masked"),
        sa.Column("procedure", sa.String(length=8), nullable=True),
        sa.Column("dossier", sa.String(length=48), nullable=True, comment="masked: without the running number"),
        sa.Column("field", sa.String(length=160), nullable=True, comment="field of work of the procedure"),
        sa.Column("department", sa.String(length=48), nullable=False),
        sa.Column("unit", sa.String(length=48), nullable=True, comment="commune the conversation is about"),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False, comment="the smaller comes first"),
        sa.Column(
            "preferred_officer_id", sa.Integer(), nullable=True, comment="who talked with the citizen a moment ago"
        ),
        sa.Column("officer_id", _row_id(), nullable=True),
        sa.Column(
            "from_seq",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="last number before it was asked for",
        ),
        sa.Column("to_seq", sa.Integer(), nullable=True, comment="last number when it ended"),
        sa.Column("asked_at", _moment(), nullable=False),
        sa.Column("consent_at", _moment(), nullable=True),
        sa.Column("requested_at", _moment(), nullable=True),
        sa.Column("claimed_at", _moment(), nullable=True, comment="first time"),
        sa.Column("first_answer_at", _moment(), nullable=True),
        sa.Column("last_citizen_at", _moment(), nullable=True),
        sa.Column("last_officer_at", _moment(), nullable=True),
        sa.Column("ended_at", _moment(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("result_code", sa.String(length=20), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_text", sa.Text(), nullable=True, comment="masked"),
        sa.Column("rated_at", _moment(), nullable=True),
        sa.Column("topic_chat", sa.String(length=32), nullable=True, comment="Telegram group of its topic"),
        sa.Column("topic_id", sa.String(length=32), nullable=True),
        sa.Column("card_id", sa.String(length=32), nullable=True, comment="message of the card in the topic"),
        sa.CheckConstraint("status IN ('asked', 'waiting', 'human', 'ended')", name=op.f("ck_handoffs_status")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_handoffs_rating")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_handoffs_conversation_id_conversations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_handoffs_officer_id_officers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handoffs_conversation", "handoffs", ["conversation_id"], unique=False)
    op.create_index("ix_handoffs_ended_at", "handoffs", ["ended_at"], unique=False)
    op.create_index("ix_handoffs_status", "handoffs", ["status", "department"], unique=False)
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'ended'"),
        sqlite_where=sa.text("status <> 'ended'"),
    )
    op.create_table(
        "contact_requests",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False, comment="LH-000045"),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("handoff_id", _row_id(), nullable=True, comment="in which it was answered"),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("department", sa.String(length=48), nullable=False),
        sa.Column("unit", sa.String(length=48), nullable=True),
        sa.Column("procedure", sa.String(length=8), nullable=True),
        sa.Column("question", sa.Text(), nullable=True, comment="masked"),
        sa.Column("reply_by", sa.String(length=8), nullable=True, comment="here or phone"),
        sa.Column(
            "phone", sa.String(length=16), nullable=True, comment="only to call back; deleted when it is done"
        ),
        sa.Column(
            "wish", sa.String(length=120), nullable=True, comment="preferred time, in the citizen's words, masked"
        ),
        sa.Column("due_at", _moment(), nullable=True),
        sa.Column("officer_id", _row_id(), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("done_at", _moment(), nullable=True),
        sa.CheckConstraint("reply_by IN ('here', 'phone')", name=op.f("ck_contact_requests_reply_by")),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'answered', 'unreachable', 'cancelled')",
            name=op.f("ck_contact_requests_state"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_contact_requests_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"],
            ["handoffs.id"],
            name=op.f("fk_contact_requests_handoff_id_handoffs"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officers.id"],
            name=op.f("fk_contact_requests_officer_id_officers"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_requests_conversation", "contact_requests", ["conversation_id"], unique=False)
    op.create_index("ix_contact_requests_state", "contact_requests", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_contact_requests_draft",
        "contact_requests",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
        sqlite_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "desk_copies",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column(
            "place",
            sa.String(length=24),
            nullable=False,
            comment="kind of place officers work at, for example telegram",
        ),
        sa.Column("handoff_id", _row_id(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True, comment="number of the line in the conversation"),
        sa.Column(
            "body", _json(), nullable=False, comment="never a text of the citizen: those are read when sent"
        ),
        sa.Column("status", sa.String(length=8), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", _moment(), nullable=True),
        sa.Column("sent_at", _moment(), nullable=True),
        sa.Column("external_id", sa.String(length=128), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'sent', 'failed')", name=op.f("ck_desk_copies_status")),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_desk_copies_handoff_id_handoffs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_copies")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_desk_copies_handoff_id"), "desk_copies", ["handoff_id"], unique=False)
    op.create_index(
        "ix_desk_copies_pending",
        "desk_copies",
        ["place", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
        sqlite_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "desk_timers",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("handoff_id", _row_id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due_at", _moment(), nullable=False),
        sa.Column("lease_until", _moment(), nullable=True, comment="a process works on it"),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_desk_timers_handoff_id_handoffs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_timers")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_desk_timers_due_at"), "desk_timers", ["due_at"], unique=False)
    op.create_index("uq_desk_timers_kind", "desk_timers", ["handoff_id", "kind"], unique=True)
    op.create_table(
        "handoff_notes",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("handoff_id", _row_id(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="note: by an officer; event: who did what"),
        sa.Column("officer_id", _row_id(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False, comment="masked; never shown to the citizen"),
        sa.Column("origin", sa.String(length=160), nullable=True),
        sa.Column("at", _moment(), nullable=False),
        sa.CheckConstraint("kind IN ('note', 'event')", name=op.f("ck_handoff_notes_kind")),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_handoff_notes_handoff_id_handoffs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_handoff_notes_officer_id_officers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_notes")),
        sa.UniqueConstraint("origin", name=op.f("uq_handoff_notes_origin")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_handoff_notes_handoff_id"), "handoff_notes", ["handoff_id"], unique=False)
    op.create_table(
        "officer_lines",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("handoff_id", _row_id(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="of the reply in the conversation"),
        sa.Column("officer_id", _row_id(), nullable=True),
        sa.Column(
            "origin",
            sa.String(length=160),
            nullable=True,
            comment="id of the event it came from; a second one is ignored",
        ),
        sa.Column("told", sa.String(length=10), nullable=True, comment="receipt last shown to the officer"),
        sa.Column("at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_officer_lines_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_officer_lines_handoff_id_handoffs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_officer_lines_officer_id_officers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_lines")),
        sa.UniqueConstraint("origin", name=op.f("uq_officer_lines_origin")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_officer_lines_handoff_id"), "officer_lines", ["handoff_id"], unique=False)
    op.create_index("uq_officer_lines_place", "officer_lines", ["conversation_id", "seq"], unique=True)


def downgrade() -> None:
    for table in (
        "officer_lines",
        "handoff_notes",
        "desk_timers",
        "desk_copies",
        "contact_requests",
        "handoffs",
        "officers",
        "channel_moves",
    ):
        op.drop_table(table)
