"""`python -m benchmarks`: measure everything, print tables, write one JSON file."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.figures import Part
from benchmarks.ground import ROOT, Ground, prepared, reachable_postgresql
from benchmarks.machine import facts
from benchmarks.parts import channels, dossiers, handoff, http, loop, memory, search, start, stock, training, turns
from benchmarks.serving import NotReady
from benchmarks.tables import show
from benchmarks.workers import WorkerFailed

PARTS = {
    "turns": turns.measure,
    "http": http.measure,
    "dossiers": dossiers.measure,
    "channels": channels.measure,
    "handoff": handoff.measure,
    "memory": memory.measure,
    "search": search.measure,
    "start": start.measure,
    "training": training.measure,
    "loop": loop.measure,
    "stock": stock.measure,
}
FORMAT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; the exit code is 1 when one failed."""
    options = _options(arguments)
    console = Console(width=None if sys.stdout.isatty() else 180)
    begun = datetime.now(UTC)
    report: dict[str, Any] = {
        "format": FORMAT,
        "started": begun.isoformat(timespec="seconds"),
        "quick": options.quick,
        "machine": facts(ROOT, reachable_postgresql()),
        "parts": {},
    }
    _show_machine(console, report["machine"])
    failed = False
    console.print("Copying the project and training it once", style="dim")
    with prepared(quick=options.quick) as ground:
        for name in options.only:
            console.print(f"Measuring {name}", style="dim")
            started = time.monotonic()
            part, error = _measure(name, ground)
            failed |= error is not None
            show(console, part)
            if error:
                console.print(f"{name} failed: {error}", style="red", markup=False)
            took = {"took_seconds": round(time.monotonic() - started, 1), "error": error}
            report["parts"][name] = part.stored() | took
    target = options.json or ROOT / "benchmarks" / "results" / f"{begun:%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    console.print(f"Written to {target}")
    return int(failed)


def _measure(name: str, ground: Ground) -> tuple[Part, str | None]:
    """Return what a part found; one that fails does not take the others with it."""
    try:
        return PARTS[name](ground), None
    except (NotReady, WorkerFailed, RuntimeError, OSError) as error:
        return Part(), f"{type(error).__name__}: {error}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions: shows that it works, not figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the JSON goes")
    parser.add_argument("--only", type=_names, default=list(PARTS), metavar="PART,…", help=", ".join(PARTS))
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}")
    return wanted


def _show_machine(console: Console, machine: dict[str, Any]) -> None:
    postgresql = machine["postgresql"]
    database = (
        f"PostgreSQL {postgresql['server_version']}, fsync {postgresql['fsync']}"
        if postgresql
        else "no PostgreSQL"
    )
    console.print(
        f"{machine['usable_processors']} × {machine['processor']}, Python {machine['python']}, "
        f"{database}, load {machine['load_average_before'][0]:.1f}, {machine['commit']}",
        style="bold",
        highlight=False,
    )


def _terminated(*_: object) -> None:
    """Leave by the normal way, which ends the processes and drops the databases of the run."""
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(main())
