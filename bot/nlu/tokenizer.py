"""Vietnamese tokenizer: syllables, codes and numbers, with offsets in the original text."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.matching import concepts, cues, descent, frames, grams, linear, opponents, retriever, spelling, tfidf
from bot.vietnamese import abbreviations, clauses, folding, keystrokes, normaliser, syllables, underthesea_rules


def language_fingerprint() -> str:
    """Return a hash of the rules that Rasa cannot see; a change must not meet a cached model."""
    language = (abbreviations, clauses, folding, keystrokes, normaliser, syllables, underthesea_rules)
    matching = (concepts, cues, descent, frames, grams, linear, opponents, retriever, spelling, tfidf)
    sources = [inspect.getsource(module) for module in (*language, *matching)]
    return hashlib.sha256("\n".join(sources).encode()).hexdigest()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """One token per syllable, code or number; the lemma is the normal form.

    Lemmas join syllables of an expanded abbreviation by underscores and mark numbers (`n_10`),
    because Rasa's own featurizers split lemmas at blanks and merge all numbers into one.
    """

    @staticmethod
    def supported_languages() -> list[str] | None:
        """Refuse any `language:` other than Vietnamese."""
        return ["vi"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the keys that the base class reads."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of word lists and rules."""
        return language_fingerprint()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return tokens; `text[start:end]` is the token's text, always."""
        text: str = message.get(attribute)
        pieces = normaliser.normalise(text).pieces
        tokens = [
            Token(text[piece.start : piece.end], piece.start, piece.end, lemma=_lemma(piece.form))
            for piece in pieces
        ]
        return tokens or [Token(text or " ", 0)]


def _lemma(form: str) -> str:
    joined = form.replace(" ", "_")
    return f"n_{joined}" if joined.isdigit() else joined
