"""Finding the numbers that belong to a person, among all the others people and offices write.

A text is cut into tokens: codes that stay, insurance cards, passports, and clusters of digits.
"""

from __future__ import annotations

import re

from bot.privacy import lookalikes
from bot.privacy.clusters import Cluster
from bot.privacy.cues import Cue, cue_before
from bot.privacy.labels import Label
from bot.privacy.lookalikes import GAP
from bot.privacy.spans import Span

_GROUPS_OF_INSURED = "bt|c[abchknsty]|d[knt]|g[bd]|h[cdgnstx]|kc|ls|ms|n[dn]|pv|qn|sv|t[abceknqsy]|x[bdkn]"
"""With a blank behind the letters only these count; any two letters would take words with them."""

_TOKEN = re.compile(
    rf"""
    (?P<code>{lookalikes.CODE})
  | (?<![^\W\d_])(?P<insured>
        (?:[a-z]{{2}}-?|(?:{_GROUPS_OF_INSURED})[ ])[1-5](?:{GAP}?[0-9]){{12}}(?![0-9]))
  | (?<![^\W\d_])(?P<passport>(?:[a-z]{{1,2}}-?|[a-ce-z][ ])[0-9]{{7,8}}(?![0-9]))
  | (?P<cluster>(?=[0-9 .\-_(),]{{6}})[0-9]++(?:{GAP}(?!{lookalikes.SLASHED})[0-9]++)*+)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_SIX_DIGITS = re.compile(r"[0-9](?:[ .\-_(),]{0,4}[0-9]){5}")


def number_spans(view: str) -> list[Span]:
    """Return the spans of all personal numbers in a plain view, from left to right."""
    spans: list[Span] = []
    position = 0
    while token := _next_token(view, position):
        start, position = token.span()
        last = spans[-1] if spans else None
        if token["cluster"] is not None:
            spans += Cluster(view, start, position, last).spans()
        elif token["insured"] is not None:
            spans.append(Span(start, position, Label.HEALTH_INSURANCE))
        elif token["passport"] is not None:
            if cue_before(view, start, last, past_digits=True) is Cue.PASSPORT:
                spans.append(Span(start, position, Label.PASSPORT))
            else:
                # Only the letter is passed over: its digits may begin a longer number.
                position = start + 1
    return spans


def _next_token(view: str, position: int) -> re.Match[str] | None:
    dense = _SIX_DIGITS.search(view, position)
    if dense is None:
        return None
    # Only a letter or two may stand before the digits of a number, and codes hold no blank there.
    word = view.rfind(" ", position, dense.start()) + 1
    return _TOKEN.search(view, max(position, min(word or position, dense.start() - 4)))
