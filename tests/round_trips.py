"""Counting how often a database is asked: each question is a round trip, which costs more than what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from bot.storage.database import Database


@dataclass
class RoundTrips:
    """What was asked."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(" ".join(statement.split())[:150] for statement in self.statements)


@contextmanager
def counted(database: Database) -> Iterator[RoundTrips]:
    """Count statements, and the beginnings and ends of transactions, which the driver sends by themselves."""
    found = RoundTrips()
    engine = database.engine.sync_engine

    def executed(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.statements.append(statement)

    def begun(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            found.statements.append("BEGIN")

    def committed(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            found.statements.append("COMMIT")

    hooks = (("before_cursor_execute", executed), ("begin", begun), ("commit", committed))
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield found
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)
