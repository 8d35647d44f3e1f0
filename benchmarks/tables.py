"""How a part looks on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.figures import Cell, Part, Table

SHARES = {"machine busy", "others busy", "busiest worker", "right aspect"}


def show(console: Console, part: Part) -> None:
    """Print the tables of a part."""
    for table in part.tables:
        console.print(rich_table(table))
    for reason in part.skipped:
        console.print(f"skipped: {reason}", style="yellow", highlight=False)


def rich_table(table: Table) -> RichTable:
    """Return a table as Rich prints it; a spread is shown as `median (min–max)`."""
    drawn = RichTable(title=table.title, caption=table.note or None, title_justify="left")
    columns = list(table.rows[0]) if table.rows else []
    for column in columns:
        drawn.add_column(column, justify="left" if column in {"what", "database"} else "right")
    for row in table.rows:
        drawn.add_row(*(shown(row[column], column) for column in columns))
    return drawn


def shown(cell: Cell, column: str = "") -> str:
    """Return a cell as text."""
    if cell is None:
        return "–"
    if isinstance(cell, dict):
        low, high = _number(cell["min"]), _number(cell["max"])
        median = _number(cell["median"])
        return median if low == high else f"{median} ({low}–{high})"
    if column in SHARES and isinstance(cell, float):
        return f"{cell:.0%}"
    return cell if isinstance(cell, str) else _number(cell)


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
