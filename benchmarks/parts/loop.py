"""From opening a wrong utterance to the corrected release serving, while 20 turns a second are answered."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.figures import Part, Table
from benchmarks.ground import Ground
from benchmarks.serving import NotReady, Server, serving

TURNS_PER_SECOND = 20
SESSIONS = 20
LIMIT_SECONDS = 900.0
WRONG = "chặt cây xà cừ trước cửa thì hỏi ai"
PASSWORD = "benchmark of the loop"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(slots=True)
class Citizens:
    """Citizens who ask at a steady pace; every message must get its reply."""

    server: Server
    questions: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    sent: dict[str, int] = field(default_factory=dict)
    failures: int = 0

    def run(self) -> None:
        """Ask until stopped; each second every session asks once, evenly spread."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=30) as client:
            tokens = [client.post("/api/web/sessions", json={}).json()["token"] for _ in range(SESSIONS)]
            started, number = time.perf_counter(), 0
            while not self.stop.is_set():
                token = tokens[number % SESSIONS]
                body = {
                    "client_msg_id": f"load-{number:06d}",
                    "text": self.questions[number % len(self.questions)],
                }
                try:
                    response = client.post(
                        "/api/web/messages", json=body, headers={"Authorization": f"Bearer {token}"}
                    )
                    response.raise_for_status()
                    self.sent[token] = self.sent.get(token, 0) + 1
                except httpx.HTTPError:
                    self.failures += 1
                number += 1
                time.sleep(max(0.0, started + number / TURNS_PER_SECOND - time.perf_counter()))

    def unanswered(self) -> int:
        """Return how many messages got no reply, a few seconds after the last one."""
        time.sleep(5)
        missing = 0
        with httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=30) as client:
            for token, asked in self.sent.items():
                answered, after = 0, 0
                headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
                while True:
                    page = client.get(f"/api/web/events?after={after}&wait=0", headers=headers).json()
                    items = page if isinstance(page, list) else page["items"]
                    if not items:
                        break
                    waiting = False
                    for item in items:
                        waiting, before = item["from"] == "citizen", waiting
                        answered += before and not waiting
                    after = items[-1]["seq"] - (1 if items[-1]["from"] == "citizen" and len(items) > 1 else 0)
                missing += max(0, asked - answered)
        return missing


def measure(ground: Ground) -> Part:
    """Measure one loop, step by step."""
    part = Part()
    table = Table(
        "The loop of a clerk, under load",
        note=f"Aim: ≤ 120 s in all, {TURNS_PER_SECOND} turns/s served meanwhile, none dropped; back in ≤ 5 s.",
    )
    part.tables.append(table)
    with ground.database("sqlite", registered=True) as database, serving(ground, database) as server:
        server.wait_until_ready()
        clerk = Clerk(server)
        clerk.ask_as_citizen(WRONG)
        citizens = Citizens(server, ground.questions)
        thread = threading.Thread(target=citizens.run)
        thread.start()
        try:
            steps = clerk.correct()
        finally:
            citizens.stop.set()
            thread.join()
        sent = sum(citizens.sent.values())
        for name, seconds in steps.items():
            table.rows.append({"step": name, "seconds": seconds})
        table.rows.append({"step": "turns sent meanwhile", "seconds": sent})
        table.rows.append({"step": "turns refused", "seconds": citizens.failures})
        table.rows.append({"step": "turns without a reply", "seconds": citizens.unanswered()})
        table.rows.append({"step": "examples taught", "seconds": clerk.examples})
    return part


class Clerk:
    """Somebody who signs in by the printed link and works through the pages."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60, follow_redirects=True)
        link = re.search(r"/console/welcome/([\w-]+)", server.log.read_text(errors="replace"))
        if link is None:
            raise NotReady("no link for the first administrator in the log")
        path = f"/console/welcome/{link[1]}"
        form = {"csrf": self._token(self._client.get(path)), "username": "clerk", "name": "Clerk"}
        self._post(path, {**form, "password": PASSWORD, "again": PASSWORD})
        self._csrf = self._token(self._client.get("/console/"))
        self.examples = 0

    def ask_as_citizen(self, text: str) -> None:
        """Say something that the bot will misunderstand, and wait until it is in the inbox."""
        token = self._client.post("/api/web/sessions", json={}).json()["token"]
        for number, said in enumerate((text, "không phải, sai rồi")):
            self._client.post(
                "/api/web/messages",
                json={"client_msg_id": f"the-wrong-one-{number}", "text": said},
                headers={"Authorization": f"Bearer {token}"},
            )
            time.sleep(1)
        until = time.perf_counter() + 60
        while text not in self._client.get("/console/review").text:
            if time.perf_counter() > until:
                raise NotReady("the utterance did not reach the inbox")
            time.sleep(0.5)

    def correct(self) -> dict[str, float]:
        """Correct the utterance, train, promote, go back; return the seconds of each step."""
        marks: dict[str, float] = {}
        begun = last = time.perf_counter()

        def mark(name: str) -> None:
            nonlocal last
            marks[name], last = time.perf_counter() - last, time.perf_counter()

        inbox = self._client.get("/console/review").text
        group = re.search(rf'/console/review/(\d+)">{re.escape(WRONG)}', inbox)
        if group is None:
            raise NotReady("the utterance left the inbox")
        path = f"/console/review/{group[1]}"
        self._client.get(path)
        self._post(path, {"choice": "correct", "intent": "petition", "text": WRONG, "anyway": "1"})
        mark("open and correct")
        run = str(self._post("/console/training", {}).url)
        state, page = "", ""
        while state not in ("green", "red", "failed", "skipped", "cancelled"):
            time.sleep(0.2)
            page = self._client.get(f"{run}/progress").text
            before, state = state, (re.search(r'class="tag (\w+)"', page) or ["", ""])[1]
            if state == "gating" != before:
                mark("train")
        mark("gate")
        if state != "green":
            raise NotReady(f"the run ended {state}: {page[:2000]}")
        release = (re.search(r"/console/releases/([\w-]+)", page) or ["", ""])[1]
        self._post(f"/console/releases/{release}/promote", {})
        self._wait_for(release)
        mark("promote until it serves")
        marks["all"] = time.perf_counter() - begun
        self._post("/console/releases/rollback", {})
        self._wait_for("bench")
        mark("go back until it serves")
        self.examples = len(self._client.get("/console/examples/export.yml").text.split("\n    - "))
        return marks

    def _wait_for(self, release: str) -> None:
        until = time.perf_counter() + LIMIT_SECONDS
        while json.loads(self._server.get("/readyz")[1])["release_id"] != release:
            if time.perf_counter() > until:
                raise NotReady(f"{release} does not serve")
            time.sleep(0.02)

    def _post(self, path: str, data: dict[str, Any]) -> httpx.Response:
        response = self._client.post(path, data={"csrf": getattr(self, "_csrf", ""), **data})
        response.raise_for_status()
        return response

    @staticmethod
    def _token(response: httpx.Response) -> str:
        found = _TOKEN.search(response.text)
        if found is None:
            raise NotReady(f"no form: {response.status_code}")
        return found[1]
