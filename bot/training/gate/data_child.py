"""Child process: `python -m bot.training.gate.data_child REQUEST.json RESULTS.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.training.gate.contradictions import Item, find_contradictions

MOST_LISTED = 60


def main() -> None:
    """Read items and changes, write what is contradicted."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    items = [Item(**item) for item in request["items"]]
    found, nearest = find_contradictions(items, request["changed"], MOST_LISTED)
    others = {each.place: each for each in reversed(found)}
    answer = {
        "contradicted": [[each.place, each.kind] for each in found],
        "listed": [
            {"place": place, "kind": others[place].kind, "others": others[place].others, "nearest": near}
            for place, near in nearest.items()
        ],
    }
    Path(sys.argv[2]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
