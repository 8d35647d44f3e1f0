"""Masking inside nested values."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy.masking import mask, mask_value

NESTED = st.recursive(
    st.one_of(
        st.none(),
        st.integers(),
        st.floats(allow_nan=False),
        st.sampled_from(("ạ", "gọi 0912345678", "a@b.vn")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.sampled_from(("text", "0912345678")), inner, max_size=2),
    ),
    max_leaves=8,
)


class Pair(NamedTuple):
    name: str
    phone: str


def texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    return (
        [text for item in inner for text in texts_of(item)]
        if isinstance(inner, (list, tuple)) or isinstance(value, dict)
        else []
    )


@settings(max_examples=300, deadline=None)
@given(NESTED)
def test_every_text_is_masked_and_the_shape_stays(value: Any) -> None:
    before = texts_of(value)
    masked = mask_value(value)
    assert type(masked) is type(value)
    assert texts_of(masked) == [mask(text) for text in before]
    assert texts_of(value) == before
    assert (masked is value) == (before == texts_of(masked))


def test_only_what_changed_is_new() -> None:
    clean = {"intent": {"name": "hoi_le_phi"}}
    event = {"text": "cccd 001099012345", "parse_data": clean, "0912345678": 1}
    masked = mask_value(event)
    assert masked == {"text": "cccd [CCCD]", "parse_data": clean, "0912345678": 1}
    assert masked["parse_data"] is clean
    assert event["text"] == "cccd 001099012345"


def test_a_named_tuple_keeps_its_type() -> None:
    assert mask_value(Pair("Lan", "0912345678")) == Pair("Lan", "[SDT]")
    assert isinstance(mask_value(Pair("Lan", "0912345678")), Pair)


@pytest.mark.parametrize("value", [None, 912345678, 1.5, b"0912345678", {912345678}])
def test_other_objects_are_returned_themselves(value: object) -> None:
    assert mask_value(value) is value
