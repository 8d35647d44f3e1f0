"""A place in a text, with the label it is to get."""

from __future__ import annotations

from typing import NamedTuple

from bot.privacy.labels import Label


class Span(NamedTuple):
    """Characters from `start` up to `end`, to be replaced by `label`."""

    start: int
    end: int
    label: Label
