"""Reloading the catalogue"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "catalogue_orders",
        sa.Column("id", _row_id(), autoincrement=True, nullable=False),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="catalogue of the process that gave the order"
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_orders")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "catalogue_processes",
        sa.Column("id", sa.String(length=64), nullable=False, comment="host, process number, random"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", _row_id(), server_default="0", nullable=False, comment="the last order carried out"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="catalogue being served"),
        sa.Column("procedures", sa.Integer(), nullable=False),
        sa.Column("places_digest", sa.String(length=64), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False, comment="imported procedures that can be found"),
        sa.Column(
            "problem", sa.Text(), nullable=True, comment="why the newest files are not served: file, line, field"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_processes")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_processes")
    op.drop_table("catalogue_orders")
