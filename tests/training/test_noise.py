"""Noise is the same for a seed, and each kind does what it says."""

from __future__ import annotations

import pytest

from bot.training.noise import VARIANTS, noisy
from bot.vietnamese.folding import strip_marks

TEXT = "Tôi muốn đăng ký kết hôn thì cần giấy tờ gì, nộp ở đâu"


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_the_same_seed_gives_the_same_text(variant: str) -> None:
    assert noisy(TEXT, variant, 7) == noisy(TEXT, variant, 7)


def test_each_variant_but_clean_changes_the_text() -> None:
    assert noisy(TEXT, "clean") == TEXT
    assert all(noisy(TEXT, variant) != TEXT for variant in VARIANTS if variant != "clean")


def test_stripped_half_and_keys() -> None:
    assert noisy(TEXT, "stripped") == strip_marks(TEXT)
    assert strip_marks(noisy(TEXT, "half")) == strip_marks(TEXT)
    assert noisy("Đường kết hôn", "telex") == "Dduwowngf keets hoon"
    assert noisy("Đường kết hôn", "vni") == "D9u7o7ng2 ke6t1 ho6n"


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(KeyError):
        noisy(TEXT, "morse")
