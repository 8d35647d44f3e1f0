"""Terms of a text: word 1–2-grams and character 2–5-grams inside word borders.

Accented and stripped forms give four blocks, the frame of the question a fifth; a text without
diacritics keeps most of the evidence, which is why nothing is lost on text typed without them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from bot.matching.frames import frame_terms
from bot.vietnamese.normaliser import Normalised

BLOCKS = ("accented words", "accented characters", "stripped words", "stripped characters", "frame")
SHORTEST, LONGEST = 2, 5


def blocks(message: Normalised) -> tuple[Counter[str], ...]:
    """Return the term counts of the blocks, in the order of `BLOCKS`."""
    return (
        Counter(_word_grams(message.accented)),
        Counter(_character_grams(message.accented)),
        Counter(_word_grams(message.stripped)),
        Counter(_character_grams(message.stripped)),
        Counter(frame_terms(message.stripped)),
    )


def _word_grams(text: str) -> Iterator[str]:
    previous = ""
    for word in text.split():
        yield word
        if previous:
            yield f"{previous} {word}"
        previous = word


def _character_grams(text: str) -> Iterator[str]:
    return chain.from_iterable(map(_grams_of, text.split()))


@lru_cache(maxsize=4096)
def _grams_of(word: str) -> tuple[str, ...]:
    """Return the character grams of one word; there are few syllables, and each comes again and again."""
    padded = f" {word} "
    length = len(padded)
    return tuple(
        padded[start : start + size]
        for size in range(SHORTEST, min(LONGEST, length) + 1)
        for start in range(length - size + 1)
    )
