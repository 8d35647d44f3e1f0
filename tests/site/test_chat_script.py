from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "bot" / "site" / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))

PARSE = """
import { EventParser } from "%s";
const seen = [];
const parser = new EventParser();
for (const chunk of JSON.parse(process.argv[1])) seen.push(...parser.push(chunk));
console.log(JSON.stringify(seen));
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_make_markup_from_text(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|https?://[a-z]"
    )
    assert not re.search(forbidden, source)


@pytest.mark.parametrize(
    "chunks",
    [
        [
            "retry: 1000\n\n",
            "event: state\ndata: {}\n\n",
            ": ping\n\n",
            'id: 1\nevent: message\ndata: {"a":1}\n\n',
        ],
        list('event: state\ndata: {}\n\n: ping\n\nid: 1\nevent: message\ndata: {"a":1}\n\n'),
        ["event: state\r\ndata: {}\r", "\n\r", '\nid: 1\r\nevent: message\r\ndata: {"a":1}\r\n\r\n'],
    ],
    ids=["blocks", "letters", "crlf"],
)
def test_events_are_found_wherever_chunks_end(chunks: list[str]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    script = PARSE % (STATIC / "chat-stream.js").as_uri()
    run = subprocess.run(
        [node, "--no-warnings", "--input-type=module", "-e", script, json.dumps(chunks)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert json.loads(run.stdout) == [
        {"event": "state", "data": "{}"},
        {"id": "1", "event": "message", "data": '{"a":1}'},
    ]
