"""Side by side with stock Rasa on the same examples, block by block (A B A B)."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.figures import Cell, Part, Table, medians, percentile, ratios, spread, typical
from benchmarks.ground import Ground
from benchmarks.parts.turns import growth_row
from benchmarks.workers import Worker, service_worker, worker

OURS = "ours, engine"
DURABLE = "ours, durable SQLite"
TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-macos")


@dataclass(frozen=True, slots=True)
class Contender:
    """One thing compared."""

    name: str
    worker: Worker
    turn: str
    """The command that measures turns."""
    way: str = "engine"

    def turns(self, number: int, questions: list[str]) -> list[float]:
        """Return the milliseconds of turns."""
        found = self.worker.call(self.turn, number=number, questions=questions)
        return found["ms"] if isinstance(found, dict) else found

    @property
    def parses_alone(self) -> bool:
        """Whether it is the one of its kind whose understanding is measured."""
        return self.name != DURABLE and not self.name.endswith("SQL")


def measure(ground: Ground) -> Part:
    """Train both, then let them take turns."""
    part = Part()
    pipelines = ["linear"]
    if has_tensorflow():
        pipelines.append("diet")
    else:
        part.skipped.append("DIET pipeline: TensorFlow not installed")
    training, archives, examples = _train(ground, pipelines)
    part.tables.append(training)
    with ExitStack() as stack:
        contenders = _contenders(ground, stack, archives)
        part.tables.append(_turns(ground, contenders))
        part.tables.append(_growth(ground, contenders))
        part.tables.append(_memory_and_accuracy(ground, contenders, examples))
    return part


def has_tensorflow() -> bool:
    """Say whether the real TensorFlow is installed; our stand-in has another distribution name."""
    for name in TENSORFLOW:
        try:
            version(name)
        except PackageNotFoundError:
            continue
        return True
    return False


def _train(ground: Ground, pipelines: list[str]) -> tuple[Table, dict[str, Path], int]:
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    archives: dict[str, Path] = {}
    examples = 0
    projects: dict[str, Path] = {}
    for pipeline in pipelines:
        projects[pipeline] = ground.folder(f"stock-{pipeline}")
        examples = ground.run("stock_project", str(projects[pipeline]), pipeline)["examples"]
    for number in range(1 if ground.quick else 2):
        runs["ours"].append(_train_ours(ground))
        for pipeline, project in projects.items():
            archives[pipeline] = project / "models" / f"{number}.tar.gz"
            runs[f"stock {pipeline}"].append(ground.train(project, archives[pipeline], **_shims(ground)))
    rows: list[dict[str, Cell]] = [
        {
            "what": name,
            "trainings": len(found),
            "seconds": spread([run["seconds"] for run in found]),
            "ours / this": ratios([r["seconds"] for r in runs["ours"]], [r["seconds"] for r in found]),
            "CPU s": spread([run["cpu_seconds"] for run in found]),
            "peak MB": spread([run["peak_mb"] for run in found]),
            "archive MB": found[0]["archive_mb"],
        }
        for name, found in runs.items()
    ]
    note = f"{examples} examples each. Ours also trains the linker of procedures, on held-out folds."
    return Table("Training, side by side", rows, note), archives, examples


def _shims(ground: Ground) -> dict[str, str]:
    """Return the environment in which stock Rasa finds skops, by which it saves its regression."""
    if find_spec("skops"):
        return {}
    return {"PYTHONPATH": os.pathsep.join([str(ground.project), str(ground.project / "benchmarks" / "shims")])}


def _train_ours(ground: Ground) -> dict[str, Any]:
    """Train ours again; a quick run takes the training that prepared it."""
    if ground.quick:
        return ground.release
    return ground.train(ground.project, ground.folder("training") / "ours.tar.gz")


def _contenders(ground: Ground, stack: ExitStack, archives: dict[str, Path]) -> list[Contender]:
    database = stack.enter_context(ground.database("sqlite"))
    durable = stack.enter_context(service_worker(ground, database))
    database = stack.enter_context(ground.database("sqlite"))
    engine = stack.enter_context(service_worker(ground, database))
    found = [Contender(OURS, engine, "engine"), Contender(DURABLE, durable, "turns", "durable")]
    for pipeline, archive in archives.items():
        for store in ("memory", "SQL"):
            place = store if store == "memory" else str(ground.folder("stock-store") / "stock.db")
            arguments = {"archive": str(archive), "store": place}
            running = stack.enter_context(worker(ground, "stock", arguments, **_shims(ground)))
            found.append(Contender(f"stock {pipeline}, {store}", running, "turns"))
    return found


def _turns(ground: Ground, contenders: list[Contender]) -> Table:
    blocks, size = (3, 10) if ground.quick else (12, 50)
    parses: dict[str, list[list[float]]] = defaultdict(list)
    turns: dict[str, list[list[float]]] = defaultdict(list)
    for number in range(blocks + 1):
        for contender in contenders:
            parse = contender.worker.call("parse", number=size, questions=ground.questions)
            turn = contender.turns(size, ground.questions)
            if number:  # the first block warms up
                turns[contender.name].append(turn)
                parses[contender.name].append(parse)
    rows = [
        {
            "what": contender.name,
            "parse p50 ms": typical(parses[contender.name]) if contender.parses_alone else None,
            "parse p99 ms": percentile(_flat(parses[contender.name]), 0.99) if contender.parses_alone else None,
            "turn p50 ms": typical(turns[contender.name]),
            "turn p99 ms": percentile(_flat(turns[contender.name]), 0.99),
            "engine / this": ratios(medians(turns[OURS]), medians(turns[contender.name])),
            "durable / this": ratios(medians(turns[DURABLE]), medians(turns[contender.name])),
        }
        for contender in contenders
    ]
    note = (
        "Turns of conversations of ten. Stock answers an intent with a fixed text; ours finds the "
        "procedure and composes the answer."
    )
    return Table("Parse and turn, side by side", rows, note)


def _growth(ground: Ground, contenders: list[Contender]) -> Table:
    conversations = 1 if ground.quick else 10
    length = 26 if ground.quick else 101
    runs: dict[str, list[list[float]]] = defaultdict(list)
    for _ in range(conversations):
        for contender in contenders:
            runs[contender.name].append(
                contender.worker.call("long", number=length, questions=ground.questions, way=contender.way)
            )
    rows = [growth_row(name, found) for name, found in runs.items()]
    return Table(f"Cost by length, side by side, {conversations} conversations each", rows)


def _memory_and_accuracy(ground: Ground, contenders: list[Contender], examples: int) -> Table:
    texts, accepted = aspect_questions(ground.project / "data" / "evaluation" / "golden.jsonl")
    rows: list[dict[str, Cell]] = []
    for contender in contenders:
        used = contender.worker.memory_mb()
        right: float | None = None
        if contender.parses_alone:
            intents = contender.worker.call("intents", texts=texts)
            right = sum(i in a for i, a in zip(intents, accepted, strict=True)) / len(texts)
        rows.append({"what": contender.name, "RSS MB": used["rss"], "PSS MB": used["pss"], "right aspect": right})
    note = (
        f"Right aspect: share of {len(texts)} golden first questions with an answer whose aspect was "
        "understood; a fallback counts as wrong. Stock cannot name the procedure at all."
    )
    return Table("Memory of the worker, and understanding", rows, note)


def aspect_questions(golden: Path) -> tuple[list[str], list[set[str]]]:
    """Return first questions that ask for an aspect, and the intents that are right for each."""
    texts: list[str] = []
    accepted: list[set[str]] = []
    for line in golden.read_text(encoding="utf-8").splitlines():
        item = json.loads(line) if line.strip() else None
        if item and item["kind"] == "single" and item["expect"][0]["outcome"] == "answer":
            expected = item["expect"][0]
            ways = [expected, *expected.get("accept", [])]
            texts.append(item["turns"][0])
            accepted.append({f"ask_{way['aspect']}" for way in ways if way.get("aspect")})
    return texts, accepted


def _flat(blocks: Iterable[Iterable[float]]) -> list[float]:
    return [value for block in blocks for value in block]
