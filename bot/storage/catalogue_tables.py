"""Tables by which running processes are told to load the catalogue again, and say whether they did."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from bot.storage.tables import Moment, RowId, metadata

catalogue_orders = Table(
    "catalogue_orders",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, comment="catalogue of the process that gave the order"),
    Column("requested_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

catalogue_processes = Table(
    "catalogue_processes",
    metadata,
    Column("id", String(64), primary_key=True, comment="host, process number, random"),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("order_id", RowId, nullable=False, server_default="0", comment="the last order carried out"),
    Column("digest", String(64), nullable=False, comment="catalogue being served"),
    Column("procedures", Integer, nullable=False),
    Column("places_digest", String(64), nullable=False),
    Column("imported", Integer, nullable=False, comment="imported procedures that can be found"),
    Column("problem", Text, comment="why the newest files are not served: file, line, field"),
)
