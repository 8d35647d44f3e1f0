"""Staff accounts, examples, reviews, training runs and gates"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _row_id() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "staff_id", sa.Integer(), nullable=True, comment="no foreign key: the trail outlives the account"
        ),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("before", _json(), nullable=True),
        sa.Column("after", _json(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "nlu_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="grows with each change of the examples"),
        sa.Column("synced_version", sa.Integer(), nullable=False, comment="version that equals the files"),
        sa.Column("files_sha256", sa.String(length=64), nullable=False),
        sa.Column("base", _json(), nullable=False, comment="key → [intent, procedure] at the last sync"),
        sa.CheckConstraint("id = 1", name=op.f("ck_nlu_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nlu_state")),
    )
    op.create_table(
        "review_decisions",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", _json(), nullable=False, comment="inbox ids"),
        sa.Column("example_ids", _json(), nullable=False, comment="examples it added"),
        sa.Column("replaced", _json(), nullable=False, comment="examples it changed, as they were"),
        sa.Column("label", _json(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inbox_id", _row_id(), nullable=False, comment="messages up to here were looked at"),
        sa.CheckConstraint("id = 1", name=op.f("ck_review_progress_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_progress")),
    )
    op.create_table(
        "saved_conversations",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("turns", _json(), nullable=False, comment="masked texts"),
        sa.Column("expect", _json(), nullable=False, comment="outcome, procedure, aspect, offers for each turn"),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_conversations")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column(
            "password_hash",
            sa.String(length=255),
            nullable=True,
            comment="argon2id; null for accounts that sign in elsewhere",
        ),
        sa.Column(
            "oidc_subject",
            sa.String(length=255),
            nullable=True,
            comment="issuer and subject, bound at the first sign-in",
        ),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('trainer', 'editor', 'officer', 'analyst', 'admin')", name=op.f("ck_staff_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_staff_oidc_subject")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "training_runs",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeat_daily", sa.Boolean(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("release_id", sa.String(length=64), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "alive_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the process that runs it writes this every few seconds",
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'training', 'gating', 'green', 'red', 'failed', 'cancelled', 'skipped')",
            name=op.f("ck_training_runs_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("share", sa.Float(), nullable=False, comment="part of the conversations, 0 to 1"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_canaries_single")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_canaries_release_id_releases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
    )
    op.create_table(
        "content_requests",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="masked"),
        sa.Column("asked", sa.Integer(), nullable=False, comment="how many people asked it"),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("decision_id", _row_id(), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_content_requests_state")),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["review_decisions.id"],
            name=op.f("fk_content_requests_decision_id_review_decisions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_requests")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "examples",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="masked"),
        sa.Column(
            "key",
            sa.String(length=400),
            nullable=False,
            comment="lower case, single spaces: one row for each text",
        ),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column(
            "procedure",
            sa.String(length=32),
            nullable=True,
            comment="code, for questions that name their procedure",
        ),
        sa.Column("use", sa.String(length=12), nullable=False),
        sa.Column("held_back", sa.Boolean(), nullable=False, comment="stays in evaluation, is never taught"),
        sa.Column("pinned", sa.Boolean(), nullable=False, comment="a release that misses it is not promoted"),
        sa.Column("position", sa.Integer(), nullable=False, comment="order inside its file"),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False, comment="why we may keep it"),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "was_right", sa.Boolean(), nullable=True, comment="whether the bot understood it when it was said"
        ),
        sa.Column("conversation_id", sa.String(length=40), nullable=True),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("origin IN ('file', 'live', 'import', 'written')", name=op.f("ck_examples_origin")),
        sa.CheckConstraint("use IN ('training', 'evaluation')", name=op.f("ck_examples_use")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_examples_conversation_id_conversations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sa.UniqueConstraint("key", name=op.f("uq_examples_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_examples_added_at"), "examples", ["added_at"], unique=False)
    op.create_index(op.f("ix_examples_conversation_id"), "examples", ["conversation_id"], unique=False)
    op.create_table(
        "gate_reports",
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("against", sa.String(length=64), nullable=True, comment="release it was compared with"),
        sa.Column("verdict", sa.String(length=5), nullable=False),
        sa.Column("report", _json(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('green', 'red')", name=op.f("ck_gate_reports_verdict")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_gate_reports_release_id_releases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_gate_reports")),
    )
    op.create_table(
        "release_scores",
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("results", _json(), nullable=False, comment="digest of question → result"),
        sa.Column(
            "catalogue",
            sa.String(length=64),
            nullable=False,
            comment="digest of the catalogue and the code that answered",
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_scores_release_id_releases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_scores")),
    )
    op.create_table(
        "staff_invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the link's secret"),
        sa.Column("staff_id", _row_id(), nullable=True, comment="null: the first administrator"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_invitations_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_invitations")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the cookie"),
        sa.Column("staff_id", _row_id(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "review_items",
        sa.Column("inbox_id", _row_id(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group_id", _row_id(), nullable=False, comment="inbox_id of the first look-alike"),
        sa.Column("worth", sa.Float(), nullable=False),
        sa.Column("reasons", _json(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("understanding", _json(), nullable=True),
        sa.Column("release", sa.String(length=64), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("decision_id", _row_id(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'decided')", name=op.f("ck_review_items_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_review_items_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["review_decisions.id"],
            name=op.f("fk_review_items_decision_id_review_decisions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_review_items_inbox_id_inbox"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_review_items")),
    )
    op.create_index("ix_review_items_conversation", "review_items", ["conversation_id", "seq"], unique=False)
    op.create_index(
        "ix_review_items_open",
        "review_items",
        ["group_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    for name in (
        "content_requests",
        "review_items",
        "canaries",
        "release_scores",
        "gate_reports",
        "training_runs",
        "saved_conversations",
        "review_progress",
        "review_decisions",
        "nlu_state",
        "examples",
        "audit",
        "staff_invitations",
        "staff_sessions",
        "staff",
    ):
        op.drop_table(name)
