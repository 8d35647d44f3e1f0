"""Undecoded Telex and VNI become the letters meant; everything else stays."""

from __future__ import annotations

import pytest

from bot.training.noise import noisy
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.keystrokes import KEPT, decode, telex_syllable, vni_syllable
from bot.vietnamese.syllables import ACCENTED, STRIPPED, derive, is_syllable, word_list


def test_the_syllable_list_is_what_the_word_list_gives() -> None:
    assert sorted(ACCENTED) == derive(word_list().read_text(encoding="utf-8").splitlines())


def test_nearly_every_syllable_is_found_from_its_telex_and_vni_keys() -> None:
    marked = sorted(word for word in ACCENTED if strip_marks(word) != word)
    telex = [noisy(word, "telex") for word in marked]
    vni = [noisy(word, "vni") for word in marked]
    # What types another syllable or English cannot be told apart from it.
    fair = [(word, keys) for word, keys in zip(marked, telex, strict=True) if not is_syllable(keys)]
    assert sum(telex_syllable(keys) == word for word, keys in fair) > 0.98 * len(fair)
    assert sum(vni_syllable(keys) == word for word, keys in zip(marked, vni, strict=True)) > 0.99 * len(marked)


@pytest.mark.parametrize("token", sorted(KEPT))
def test_english_and_words_of_the_domain_stay(token: str) -> None:
    assert decode([token, "tooi", "muoons"])[0] == token


@pytest.mark.parametrize("syllable", sorted(STRIPPED)[::97])
def test_text_without_marks_stays(syllable: str) -> None:
    assert decode([syllable, "lamf"])[0] == syllable


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tooi muoons ddawng kys keets hoon", "tôi muốn đăng ký kết hôn"),
        ("dangd ky khai sinh truongwf howpj", "đang ky khai sinh trường hợp"),
        ("to6i muo6n1 d9a8ng ky1", "tôi muốn đăng ký"),
        ("bang a1 va a2", "bang a1 va a2"),
    ],
)
def test_messages(typed: str, meant: str) -> None:
    assert " ".join(decode(typed.split())) == meant
