"""Imported procedures"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False, comment="name of the file, without its folder"),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("report", _json(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_import_runs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_table(
        "imported_procedures",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("content", _json(), nullable=False, comment="bot.catalogue.imported.ImportedProcedure"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of content"),
        sa.Column("flags", _json(), nullable=False, comment="trap → repaired, withheld, caution"),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=True),
        sa.Column("run_id", sa.String(length=40), nullable=False, comment="the import that last changed it"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_imported_procedures_run_id_import_runs")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_imported_procedures")),
    )
    op.create_table(
        "import_staging",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("content", _json(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("flags", _json(), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["import_runs.id"],
            name=op.f("fk_import_staging_run_id_import_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "code", name=op.f("pk_import_staging")),
    )


def downgrade() -> None:
    op.drop_table("import_staging")
    op.drop_table("imported_procedures")
    op.drop_table("import_runs")
