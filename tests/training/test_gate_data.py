"""The examination of the data: swapped labels are seen at any size, corrections and new labels pass."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.training.examples import Example, Label
from bot.training.gate.contradictions import find_contradictions
from bot.training.gate.data import _item, _out_of_reach, judged
from bot.training.taught import Taught, changes, digest_of, lesson_of, read_lesson, stored_lesson

FILLING = "cho em hỏi với ạ thì là mà bây giờ nhà mình ở phường có việc gấp anh chị ơi giúp được không"
WORDS = {
    "ask_fee": ("lệ", "phí", "bao", "nhiêu", "tiền", "tốn", "đồng", "nộp", "thu", "giá", "miễn"),
    "ask_duration": ("mấy", "ngày", "lâu", "nhanh", "chờ", "xong", "tuần", "hẹn", "thời", "gian"),
    "ask_documents": ("giấy", "tờ", "hồ", "sơ", "mang", "theo", "bản", "sao", "chứng", "gốc", "ảnh"),
    "ask_where": ("nộp", "đâu", "chỗ", "nào", "quầy", "phòng", "uỷ", "ban", "xã", "đến"),
    "greet": ("chào", "xin", "hello", "buổi", "sáng", "alo", "kính", "thân", "quý", "bot"),
    "out_of_scope": ("thời", "tiết", "bóng", "đá", "nấu", "ăn", "phim", "vé", "xổ", "số", "nhạc"),
}
PLACES = {
    "1.001193": ("khai", "sinh", "em", "bé"),
    "1.000894": ("kết", "hôn", "vợ", "chồng"),
    "1.000656": ("khai", "tử", "mất"),
}


def example(text: str, label: Label) -> Taught:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    kept = Example(1, text, text, label, "training", False, False, 1, "live", "", None, None, "ha", moment)
    return Taught(text, label, kept)


def said(label: str, procedure: str | None, random_: random.Random) -> str:
    words = random_.sample(WORDS[label], 3) + random_.sample(FILLING.split(), 4)
    if procedure:
        words += random_.sample(PLACES[procedure], 2)
    random_.shuffle(words)
    return " ".join(words)


def data(each: int, *, naming: bool = False, seed: int = 0) -> list[Taught]:
    """Return different sentences, `each` of every label; some words of a label occur under others, too."""
    random_ = random.Random(seed)
    found: dict[str, Label] = {}
    for label in WORDS:
        for number in range(each):
            code = list(PLACES)[number % len(PLACES)] if naming and label != "greet" else None
            text = said(label, code, random_)
            found.setdefault(text, Label(label, code))
    return [example(text, label) for text, label in found.items()]


def relabelled(items: Sequence[Taught], labels: dict[int, Label]) -> list[Taught]:
    return [example(item.text, labels.get(place, item.label)) for place, item in enumerate(items)]


def swapped(items: Sequence[Taught], number: int, seed: int) -> list[Taught]:
    chosen = random.Random(seed).sample(range(len(items)), number)
    others = [*chosen[1:], chosen[0]]
    return relabelled(items, {a: items[b].label for a, b in zip(chosen, others, strict=True)})


def examined(before: Sequence[Taught], after: Sequence[Taught]) -> dict[str, Any]:
    marks = changes(lesson_of(before), after)
    items = [_item(item, mark) for item, mark in zip(after, marks, strict=True)]
    found, nearest = find_contradictions(items, [place for place, mark in enumerate(marks) if mark])
    assert all(marks[place] is None for places in nearest.values() for place in places)
    return judged(marks, {(each.place, each.kind) for each in found})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("each", "number"), [(60, 100), (400, 200)])
def test_labels_swapped_at_random_are_seen_at_any_size(each: int, number: int, seed: int) -> None:
    good = data(each)
    report = examined(good, swapped(good, number, seed))
    assert report["reasons"]
    group = report["groups"][0]
    assert group["kind"] == "relabelled"
    assert group["contradicted"] > 0.8 * group["changed"]


def test_swapped_labels_do_not_hide_among_many_good_new_ones() -> None:
    good, new = data(100), data(300, seed=9)
    assert not examined(good, good + new)["reasons"]
    report = examined(good, swapped(good, 100, 3) + new)
    assert [group["contradicted"] > group["allowed"] for group in report["groups"]] == [True, False]


def test_new_examples_with_wrong_labels_are_seen() -> None:
    good, new = data(100), data(50, seed=9)
    assert "Câu mới thêm" in examined(good, good + swapped(new, 150, 3))["reasons"][0]


def test_swapped_procedures_are_seen_where_the_act_stays() -> None:
    good = data(60, naming=True)
    mixed = random.Random(1)
    chosen = mixed.sample([place for place, item in enumerate(good) if item.label.procedure], 100)
    wrong = {place: Label(good[place].label.intent, mixed.choice(list(PLACES))) for place in chosen}
    assert "thủ tục" in examined(good, relabelled(good, wrong))["reasons"][0]


def test_correcting_look_alikes_passes() -> None:
    right = data(60)
    mistaken = relabelled(right, {place: Label("out_of_scope") for place in range(30)})
    assert examined(mistaken, right)["reasons"] == []


def test_merging_and_renaming_a_label_passes() -> None:
    good = data(60)
    for target in ("ask_fee", "ask_price"):
        moved = {i: Label(target) for i, item in enumerate(good) if item.label.intent == "ask_duration"}
        assert examined(good, relabelled(good, moved))["reasons"] == []


def test_a_new_procedure_passes() -> None:
    good = data(60, naming=True)
    before = [item for item in good if item.label.procedure != "1.000656"]
    few = [item for item in good if item.label.procedure == "1.000656"][::4][:20]
    assert examined(before, before + few)["reasons"] == []


def test_a_handful_of_changes_is_never_too_many() -> None:
    good = data(60)
    assert examined(good, swapped(good, 9, 1))["reasons"] == []


def test_too_little_data_says_nothing() -> None:
    few = data(8)
    assert examined(few, swapped(few, 30, 1))["reasons"] == []


def test_of_a_lesson_only_digests_and_labels_are_kept() -> None:
    items = data(3, naming=True)
    stored = stored_lesson(lesson_of(items))
    assert read_lesson(stored) == lesson_of(items)
    assert not any(item.text in str(stored) for item in items)
    assert digest_of("  Lệ phí  ") == digest_of("lệ phí")


def test_what_changed_is_named_with_the_label_it_had() -> None:
    old, new = example("phí mấy đồng", Label("ask_fee")), example("Phí mấy đồng", Label("ask_where"))
    added = example("hết bao lâu", Label("ask_duration"))
    marks = changes(lesson_of([old]), [old, new, added])
    assert [mark and mark.was for mark in marks] == [None, Label("ask_fee"), None]
    assert [mark is not None for mark in marks] == [False, True, True]


def test_a_candidate_whose_new_texts_are_gone_cannot_pass() -> None:
    good, new = data(20), data(5, seed=9)
    before, learned = lesson_of(good), lesson_of(good + new)
    present = {digest_of(item.text) for item in good}
    assert "30 câu" in _out_of_reach(before, learned, present)[0]
    assert _out_of_reach(before, learned, set(learned)) == []
    assert _out_of_reach(learned, learned, present) == []
