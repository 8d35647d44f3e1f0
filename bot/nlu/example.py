"""A training example that Rasa can copy and compare quickly.

Rasa copies all examples six times while it gathers them and hashes each of them, token by token, after every
step: a third of a training. The values of an example are replaced and never changed in place, so a copy may
share them; and the words of a text follow from the text.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Self

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.training_data.message import Message

_TOKENS = frozenset(TOKENS_NAMES.values())


class Example(Message):
    """Behaves as its parent, in a fraction of the time."""

    _cached_fingerprint: str | None

    def fingerprint(self) -> str:
        """Return a hash of values and features, remembered until one of them is set."""
        if self._cached_fingerprint is None:
            digest = blake2b(digest_size=16)
            for key in sorted(self.data):
                value = self.data[key]
                # The rules of the tokenizer are in the fingerprint of its step.
                digest.update(f"{key}\0{len(value) if key in _TOKENS else value!r}\0".encode())
            for features in self.features:
                digest.update(features.fingerprint().encode())
            self._cached_fingerprint = digest.hexdigest()
        return self._cached_fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return a copy with its own keys and its own list of features."""
        copied = type(self)(self.data, set(self.output_properties), self.time, list(self.features))
        copied._cached_fingerprint = self._cached_fingerprint
        return copied
