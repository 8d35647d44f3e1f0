"""The list of abbreviations itself."""

from __future__ import annotations

import unicodedata

from bot.catalogue.catalogue import Catalogue
from bot.vietnamese.abbreviations import SAFE, expand
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import normalise


def test_keys_and_full_forms_are_lower_case_and_composed() -> None:
    odd = [text for pair in SAFE.items() for text in pair if text != unicodedata.normalize("NFC", text.lower())]
    assert odd == []


def test_a_full_form_needs_no_further_expansion() -> None:
    again = {key: full for key, full in SAFE.items() if normalise(full).accented != normalise(full).text}
    assert again == {}


def test_every_key_is_one_token() -> None:
    assert [key for key in SAFE if len(normalise(key).pieces) != 1] == []


def test_an_unknown_token_is_not_expanded() -> None:
    assert expand("khai") is None


def test_no_abbreviation_is_how_a_word_of_a_name_is_typed_without_marks(catalogue: Catalogue) -> None:
    names = {word for p in catalogue for word in f"{p.short_name} {p.official_name}".lower().split()}
    misread = {word: SAFE[bare] for word in names if word not in SAFE and (bare := strip_marks(word)) in SAFE}
    assert {word: full for word, full in misread.items() if len(word) > 1 and word != full} == {}
