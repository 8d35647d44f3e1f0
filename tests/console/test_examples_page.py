from __future__ import annotations

import io

import openpyxl
import pytest
import yaml

from bot.training.examples import Examples

pytestmark = pytest.mark.long


async def test_edit_move_pin_and_delete(trainer, service) -> None:
    store = Examples(service.database)
    one, two = (await store.all())[:2]
    data = {
        "text": "câu đã sửa lại cho rõ hơn",
        "intent": "ask_fee",
        "procedure": "1.001193 — Đăng ký khai sinh",
        "pinned": "true",
    }
    assert (await trainer.post(f"/examples/{one.id}", data)).status_code == 303
    changed = await store.get(one.id)
    assert (changed.text, changed.label.intent, changed.label.procedure, changed.pinned) == (
        "câu đã sửa lại cho rõ hơn", "ask_fee", "1.001193", True,
    )  # fmt: skip
    await trainer.post("/examples/move", {"ids": [one.id, two.id], "intent": "greet"})
    assert {(await store.get(i)).label.intent for i in (one.id, two.id)} == {"greet"}
    await trainer.post(f"/examples/{two.id}/delete")
    assert await store.get(two.id) is None


async def test_merging_moves_every_example(trainer, service) -> None:
    store = Examples(service.database)
    _, before = await store.find(intent="go_back")
    await trainer.post("/examples/merge", {"source": "go_back", "target": "more"})
    assert (await store.find(intent="go_back"))[1] == 0
    assert before


async def test_excel_goes_out_and_comes_back(trainer, service) -> None:
    book = openpyxl.load_workbook(io.BytesIO((await trainer.get("/examples/export.xlsx")).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("cau", "y_dinh", "thu_tuc", "dung_cho")
    assert len(rows) == (await Examples(service.database).find())[1] + 1
    fresh = openpyxl.Workbook()
    fresh.active.append(["cau", "y_dinh", "thu_tuc"])
    fresh.active.append(["chim yến làm tổ trên mái thì phí bao nhiêu", "ask_fee", "1.001193"])
    fresh.active.append(["số của em 0912345678", "ask_fee", ""])
    out = io.BytesIO()
    fresh.save(out)
    response = await trainer.post("/examples/import", files={"file": ("moi.xlsx", out.getvalue())})
    assert "Đã nhập 1 câu" in response.text
    assert "số điện thoại" in response.text


async def test_yaml_goes_out_and_comes_back(trainer, service) -> None:
    content = (await trainer.get("/examples/export.yml")).content
    assert len(yaml.safe_load(content)["nlu"]) > 20
    again = await trainer.post("/examples/import", files={"file": ("nlu.yml", content)})
    assert "Đã nhập 0 câu" in again.text


async def test_bad_files_are_refused_in_words(trainer) -> None:
    for name, content in (
        ("a.xlsx", b"no excel"),
        ("a.yml", b"- ]["),
        ("a.yml", b"!!python/object/apply:os.system [ls]"),
        ("a.yml", b'version: "3.1"\nnlu:\n- intent: unknown_thing\n  examples: |\n    - x y z\n'),
        ("b.bin", bytes(range(256))),
    ):
        response = await trainer.post("/examples/import", files={"file": (name, content)})
        assert response.status_code == 422, name


async def test_a_batch_with_mixed_up_labels_is_shown_before_it_is_taken(trainer, service) -> None:
    store = Examples(service.database)
    texts = [f"{e.text} ạ anh ơi" for e in await store.all() if e.label.intent in ("ask_fee", "greet")][:60]
    rows = "".join(f"    - {text}\n" for text in texts)
    content = f'version: "3.1"\nnlu:\n- intent: petition\n  examples: |\n{rows}'.encode()
    response = await trainer.post("/examples/import", files={"file": ("lech.yml", content)})
    assert response.status_code == 422
    assert "nhiều nhãn có thể sai" in response.text
    assert (await store.find(words="ạ anh ơi"))[1] == 0


async def test_the_check_speaks_while_typing(trainer, service) -> None:
    known = (await Examples(service.database).all())[0]
    answer = await trainer.post("/examples/check", {"text": known.text, "intent": known.label.intent})
    assert "đã có trong câu mẫu" in answer.text
    answer = await trainer.post("/examples/check", {"text": "gọi 0912345678", "intent": "ask_fee"})
    assert "số điện thoại" in answer.text
