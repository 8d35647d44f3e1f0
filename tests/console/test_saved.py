from __future__ import annotations

from typing import Any

import pytest
from filled import CANDIDATE

from bot.service import Service
from bot.training.gate.gate import _keep
from bot.training.saved import all_saved


async def test_a_conversation_becomes_a_test_with_masked_turns(trainer, service: Service, say) -> None:
    conversation = await say("làm giấy khai sinh cần gì", "gọi lại cho em 0912345678 nhé")
    await trainer.post("/tests", {"conversation_id": conversation, "title": "của 0912345678"})
    saved = (await all_saved(service.database))[0]
    assert saved.turns[0] == "làm giấy khai sinh cần gì"
    assert saved.expect[0] == {"outcome": "answer", "procedure": "1.001193", "aspect": "documents"}
    assert "0912345678" not in str(saved.stored())
    assert "Hội thoại kiểm tra" in (await trainer.get("/tests")).text


async def test_the_new_behaviour_is_shown_and_accepted(
    trainer, service: Service, say, release, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    async def recompute(*arguments: Any) -> None:
        judged.append(arguments[-1])

    monkeypatch.setattr("bot.console.pages.saved.recompute", recompute)
    conversation = await say("làm giấy khai sinh cần gì")
    await trainer.post("/tests", {"conversation_id": conversation, "title": "Khai sinh"})
    saved = (await all_saved(service.database))[0]
    await service.releases.register(CANDIDATE, release.archive, release.sha256, "0" * 64)
    turn = {
        "id": f"saved-{saved.id}", "part": "saved", "turn": 0, "expect": "answer 1.001193 documents",
        "after": "answer 1.001193 overview", "after_text": "Đăng ký khai sinh là…",
    }  # fmt: skip
    async with service.database.write() as connection:
        await _keep(connection, CANDIDATE, release.id, {"verdict": "red", "pinned": [turn]})
    assert "trả lời khác ở lượt 1" in (await trainer.get("/tests")).text
    path = f"/tests/{saved.id}/accept"
    assert (await trainer.post(path, {"release_id": CANDIDATE, "turn": "3"})).status_code == 404
    assert (await trainer.post(path, {"release_id": CANDIDATE, "turn": "0"})).status_code == 303
    assert (await all_saved(service.database))[0].expect[0]["aspect"] == "overview"
    assert judged == [CANDIDATE]
    assert (await trainer.post(f"/tests/{saved.id}/delete")).status_code == 303
    assert await all_saved(service.database) == []


async def test_a_red_release_needs_an_administrator_with_a_reason(
    trainer, admin, service: Service, release
) -> None:
    await service.releases.register(CANDIDATE, release.archive, release.sha256, "0" * 64)
    report = {"verdict": "red", "reasons": ["mất 9 câu"], "pinned": []}
    async with service.database.write() as connection:
        await _keep(connection, CANDIDATE, release.id, report)
    path = f"/releases/{CANDIDATE}/promote"
    assert (await trainer.post(path)).status_code == 422
    assert (await trainer.post(path, {"reason": "tôi thấy vẫn được mà"})).status_code == 403
    assert (await admin.post(path, {"reason": "ngắn"})).status_code == 422
    assert (await service.releases.active()).id == release.id
    assert (await admin.post(path, {"reason": "đã xem từng câu, chấp nhận"})).status_code == 303
    assert (await service.releases.active()).id == CANDIDATE
    trail = (await admin.get("/audit?action=override_gate")).text
    assert "đã xem từng câu, chấp nhận" in trail
    assert (await trainer.post("/releases/rollback")).status_code == 303
    assert (await service.releases.active()).id == release.id


async def test_a_green_release_is_tried_and_promoted_by_a_trainer(trainer, service: Service, release) -> None:
    await service.releases.register(CANDIDATE, release.archive, release.sha256, "0" * 64)
    async with service.database.write() as connection:
        await _keep(connection, CANDIDATE, release.id, {"verdict": "green", "reasons": [], "pinned": []})
    assert (await trainer.post(f"/releases/{CANDIDATE}/canary", {"percent": "90"})).status_code == 422
    assert (await trainer.post(f"/releases/{CANDIDATE}/canary", {"percent": "10"})).status_code == 303
    assert (await trainer.post("/releases/canary/end")).status_code == 303
    assert (await trainer.post(f"/releases/{CANDIDATE}/promote")).status_code == 303
    assert (await service.releases.active()).id == CANDIDATE
