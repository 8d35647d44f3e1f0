"""What is wrong, or merely unneeded, about a new example; said before it is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.catalogue.catalogue import Catalogue
from bot.storage.database import Database
from bot.training.example_text import TextRefused, accepted, key_of
from bot.training.examples import Example, Examples, Label
from bot.training.label_names import label_words
from bot.training.likeness import NEAR_DUPLICATE, LikenessIndex
from bot.training.snapshot import golden_keys
from bot.training.taught import Taught, catalogue_questions
from bot.vietnamese.folding import strip_marks


class Severity(StrEnum):
    """What a finding does to the saving."""

    STOP = "stop"
    ASK = "ask"
    """Saved only after the clerk has said that it is meant."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence for the clerk."""

    kind: str
    severity: Severity
    message: str
    example: Example | None = None


class Checker:
    """Compares new texts with everything known; builds its index anew when the examples change."""

    def __init__(self, database: Database, golden: Path) -> None:
        self._examples = Examples(database)
        self._golden_path = golden
        self._golden: LikenessIndex[str] = LikenessIndex([], [])
        self._golden_keys: frozenset[str] = frozenset()
        self._words: Callable[[Label], str] = str
        self._stamp: tuple[int, str] | None = None
        self._index: LikenessIndex[Taught] = LikenessIndex([], [])
        self._by_key: dict[str, Taught] = {}

    async def refresh(self, catalogue: Catalogue) -> None:
        """Read examples and catalogue again if they changed."""
        stamp = (await self._examples.version(), catalogue.digest)
        if stamp == self._stamp:
            return
        known = [Taught(e.text, e.label, e) for e in await self._examples.all()]
        known += catalogue_questions(catalogue)
        # Thousands of texts: beside the loop, turns must not wait for it.
        self._index = await asyncio.to_thread(LikenessIndex, [item.text for item in known], known, self._index)
        self._by_key = {_loose(item.text): item for item in reversed(known)}
        if not self._golden_keys:
            golden = sorted(await asyncio.to_thread(golden_keys, self._golden_path))
            self._golden = await asyncio.to_thread(LikenessIndex, golden, golden)
            self._golden_keys = frozenset(map(_loose, golden))
        self._words = lambda label: label_words(label, catalogue)
        self._stamp = stamp

    def nearest(self, text: str, count: int = 5) -> list[tuple[float, Taught]]:
        """Return the most alike known texts with their likeness, 0 to 1."""
        return self._index.nearest(text, count, 0.25)

    def stopped(self, text: str) -> Finding | None:
        """Return why a text can never be taught, or None; cheap, call `refresh` before."""
        try:
            tidied = accepted(text)
        except TextRefused as error:
            return Finding("refused", Severity.STOP, str(error))
        if _loose(tidied) in self._golden_keys:
            message = "Câu này nằm trong bộ câu kiểm tra, nên không dùng để dạy được."
            return Finding("leak", Severity.STOP, message)
        return None

    def check(self, text: str, label: Label, understood: Label | None = None) -> list[Finding]:
        """Return the findings about a text that is to be saved with a label; call `refresh` before.

        Args:
            text: As the clerk typed or left it.
            label: What it means.
            understood: What the serving release makes of it, if that is known.
        """
        if stop := self.stopped(text):
            return [stop]
        tidied = accepted(text)
        findings = self._about_same(tidied, label) or self._about_near(tidied, label)
        if self._golden.nearest(tidied, 1, NEAR_DUPLICATE):
            message = "Câu này rất giống một câu trong bộ kiểm tra. Dạy câu này làm kết quả chấm đẹp hơn thật."
            findings.append(Finding("near_leak", Severity.ASK, message))
        if understood == label and not findings:
            findings.append(
                Finding("known", Severity.NOTE, "Trợ lý đã hiểu đúng câu này. Câu chỉ dùng để kiểm tra.")
            )
        return findings

    def _about_same(self, text: str, label: Label) -> list[Finding]:
        same = self._by_key.get(_loose(text))
        if same is None:
            return []
        where = "đã có trong câu mẫu" if same.example else "đã có trong danh mục thủ tục"
        if same.label == label:
            return [Finding("same", Severity.NOTE, f"Câu này {where}.", same.example)]
        message = f"Câu này {where} với nghĩa khác: {self._words(same.label)}."
        if same.example is None:
            return [Finding("conflict", Severity.STOP, message + " Hãy nhờ người biên tập danh mục sửa.")]
        after = "Lưu sẽ đổi nghĩa câu cũ." if same.example.key == key_of(text) else "Hai câu chỉ khác dấu."
        return [Finding("conflict", Severity.ASK, f"{message} {after}", same.example)]

    def _about_near(self, text: str, label: Label) -> list[Finding]:
        found = self._index.nearest(text, 1, NEAR_DUPLICATE)
        if not found:
            return []
        other = found[0][1]
        if other.label == label:
            return [Finding("near", Severity.NOTE, f"Gần như đã có: “{other.text}”.", other.example)]
        message = f"Rất giống “{other.text}”, câu đó có nghĩa khác: {self._words(other.label)}."
        return [Finding("near", Severity.ASK, message, other.example)]


def _loose(text: str) -> str:
    """Return what two texts share that differ in marks, case and stops only."""
    return strip_marks(key_of(text)).rstrip(" .?!…")
