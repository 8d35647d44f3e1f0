"""What commands show: progress bars, and errors as one plain line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bot.training.trainer import Progress as Report

screen = Console()
errors = Console(stderr=True)


@contextmanager
def training_bar(title: str = "Huấn luyện") -> Iterator[Report]:
    """Yield a reporter that draws a progress bar on standard error."""
    columns = (
        TextColumn(title),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=errors, transient=False) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield report


def fail(message: str) -> int:
    """Print one line of error and return the exit code 1."""
    errors.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    return 1
