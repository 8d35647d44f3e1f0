"""A console with something on every page."""

from __future__ import annotations

from typing import Any

from console_support import Browser
from desk_filled import left_message, waiting

from bot.console.auth.roles import Role
from bot.service import Service
from bot.settings import PROJECT
from bot.training.gate.compare import compare
from bot.training.gate.gate import _keep
from bot.training.gate.questions import golden_questions
from bot.training.releases import Release
from bot.training.runs import Runs

CANDIDATE = "20261125-0000-test"


def result(right: bool, got: str, sure: float | None = 0.8) -> dict[str, Any]:
    return {"right": right, "confident": not right, "got": got, "text": "", "offers": [], "sure": sure}


def suspicious_data() -> dict[str, Any]:
    """Return the data's part of a report, with examples that exist, that are gone, and of the catalogue."""
    known = {"example": 1, "text": "", "label": ["ask_fee", None]}
    listed = [
        known | {"was": ["ask_where", None], "others": ["ask_where", None], "nearest": [known | {"example": 2}]},
        known
        | {"example": None, "text": "mất bao lâu", "was": None, "others": ["ask_duration", "1.001193"]}
        | {"nearest": [known | {"example": 10**9}]},
    ]
    groups = [
        {"kind": "relabelled", "name": "Câu đổi nghĩa, ý hỏi", "changed": 187, "contradicted": 176, "allowed": 56},
        {"kind": "added", "name": "Câu mới thêm, ý hỏi", "changed": 40, "contradicted": 3, "allowed": 10},
    ]
    reason = "Câu đổi nghĩa: ý hỏi của 176 trong 187 câu trái với phần dữ liệu còn lại, cho phép 56"
    return {"compared": True, "removed": 3, "groups": groups, "reasons": [reason], "suspicious": listed}


async def fill(service: Service, release: Release, admin: Browser, say: Any) -> dict[str, str]:
    """Return the addresses of pages that need an id."""
    conversation = await say("muốn đổi bí danh của con", "không phải")
    for text in ("xin giấy nuôi chim yến", "xin giay nuoi chim yen", "làm giấy cho chim yến", "mo quan net"):
        await say(text)
    inbox = (await admin.get("/review")).text
    groups = [i for i in (p.split('"')[0] for p in inbox.split("/console/review/")[1:]) if i.isdigit()]
    await admin.post(f"/review/{groups[-1]}", {"choice": "content", "why": "chưa có thủ tục"})
    await admin.post("/tests", {"conversation_id": conversation, "title": "Đổi bí danh"})
    await service.releases.register(CANDIDATE, release.archive, release.sha256, "0" * 64)
    questions = golden_questions(PROJECT / "data" / "evaluation" / "golden.jsonl")[:80]
    wanted = "answer 1.001193 fee"
    before = {q.digest: [result(i % 5 > 0, wanted) for _ in q.turns] for i, q in enumerate(questions)}
    after = {q.digest: [result(i % 4 > 0, "clarify - fee", 0.4) for _ in q.turns] for i, q in enumerate(questions)}
    report = compare(questions, before, after) | {"taught": 2, "learned": 1, "not_learned": ["câu chưa hiểu"]}
    report["data"] = suspicious_data()
    report["reasons"] = report["data"]["reasons"] + report["reasons"]
    async with service.database.write() as connection:
        await _keep(connection, CANDIDATE, release.id, report)
    runs = Runs(service.database)
    run = await runs.request("Cán bộ")
    found = await runs.get(run)
    assert found
    await runs.finish(found, "red", "Bộ câu kiểm tra: mất 9 câu", release_id=CANDIDATE)
    second = await runs.get(await runs.request("Cán bộ"))
    assert second
    await runs.finish(second, "green", release_id=release.id)
    await admin.post("/staff", {"username": "lan", "name": "Trần Lan", "role": Role.EDITOR.value})
    queued = await waiting(service, conversation)
    talking = await waiting(service, await say("lệ phí khai sinh", "hộ khẩu ở Hạ Long"), channel="zalo")
    await admin.post(f"/desk/{talking.id}/answer", {"text": "Tôi là cán bộ tiếp nhận.", "origin": "a" * 32})
    ended = await waiting(service, await say("giấy tờ đăng ký kết hôn"))
    await admin.post(f"/desk/{ended.id}/answer", {"text": "Anh/chị nộp tại phường.", "origin": "b" * 32})
    await admin.post(f"/desk/{ended.id}/note", {"text": "Đã xong.", "origin": "c" * 32})
    await admin.post(f"/desk/{ended.id}/finish", {"result": "da_tra_loi"})
    await left_message(service, conversation)
    await admin.post("/desk/duty", {"on": "1"})
    found_desk = {"queued": str(queued.id), "talking": str(talking.id), "ended": str(ended.id)}
    return found_desk | {"group": groups[0], "conversation": conversation, "run": str(second.id)}


def addresses(found: dict[str, str]) -> list[str]:
    """Return every page of the console."""
    return [
        "/",
        "/review",
        f"/review/{found['group']}",
        f"/conversations/{found['conversation']}",
        "/content",
        "/examples",
        "/examples/list?intent=ask_fee",
        "/examples/1",
        "/training",
        f"/training/{found['run']}",
        "/releases",
        f"/releases/{CANDIDATE}",
        "/tests",
        "/staff",
        "/audit",
        "/desk",
        f"/desk/{found['queued']}",
        f"/desk/{found['talking']}",
        f"/desk/{found['ended']}",
        "/desk/contacts",
        "/desk/figures",
        "/desk/officers",
    ]
