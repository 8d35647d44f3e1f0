"""Terms of a text: word 1–2-grams and character 2–5-grams inside word borders.

Accented and stripped forms give four blocks; a text without diacritics keeps three quarters of the
evidence, which is why nothing is lost on text typed without them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.vietnamese.normaliser import Normalised

BLOCKS = ("accented words", "accented characters", "stripped words", "stripped characters")
SHORTEST, LONGEST = 2, 5


def blocks(message: Normalised) -> tuple[Counter[str], ...]:
    """Return the term counts of the four blocks, in the order of `BLOCKS`."""
    return (
        Counter(_word_grams(message.accented)),
        Counter(_character_grams(message.accented)),
        Counter(_word_grams(message.stripped)),
        Counter(_character_grams(message.stripped)),
    )


def _word_grams(text: str) -> Iterator[str]:
    previous = ""
    for word in text.split():
        yield word
        if previous:
            yield f"{previous} {word}"
        previous = word


def _character_grams(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f" {word} "
        length = len(padded)
        for size in range(SHORTEST, min(LONGEST, length) + 1):
            for start in range(length - size + 1):
                yield padded[start : start + size]
