"""Our way to underthesea's rules gives what underthesea gives."""

from __future__ import annotations

from bot.vietnamese.underthesea_rules import normalize_token


def test_every_rule_gives_what_underthesea_gives() -> None:
    from underthesea.pipeline.text_normalize.text_normalizer import token_map
    from underthesea.pipeline.text_normalize.token_normalize import token_normalize

    tokens = [*token_map, "Ðơn", "hoà", "nghiêng", "thuý", "abc", "ct01"]
    assert {token: normalize_token(token) for token in tokens} == {
        token: token_normalize(token) for token in tokens
    }
