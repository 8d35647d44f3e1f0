"""Clusters: digits held together by blanks, dots or dashes, and what in them belongs to a person.

What looks like a date or an amount is set aside. Rules, from the surest to the weakest, look through
what is left: numbers in one piece or in usual groups, old ids in threes, a leading 0 in any groups, then
what the words before the cluster announce. Every rule reads digits, and signs that masking does not
change, so a masked text is read like the original.
"""

from __future__ import annotations

import re
from functools import cached_property

from bot.privacy.cues import Cue, cue_before, is_money
from bot.privacy.labels import Label
from bot.privacy.lookalikes import AMOUNT, GAP, NUMBER, is_amount
from bot.privacy.number_kinds import is_card, kind_of
from bot.privacy.spans import Span

Piece = tuple[int, int]


def _groups(*lengths: str) -> str:
    """Return an expression for digits in groups of these lengths, such as `4-3-3`."""
    return "|".join(GAP.join(f"[0-9]{{{length}}}" for length in grouping.split("-")) for grouping in lengths)


_CARD = _groups("4-4-4-4-1,3", "4-4-4-4", "4-4-4-1,3", "4-6-5", "4-6-4")
_INTERNATIONAL = (
    rf"(?![0-9]{{9,10}}(?![0-9]))(?:00)?84{GAP}?(?:0{GAP}?)?"
    rf"(?:[35789](?:{GAP}?[0-9]){{8}}|2(?:{GAP}?[0-9]){{9}})"
)
_PAIRS = r"0[0-9](?P<pair>[ .-])[0-9]{2}(?:(?P=pair)[0-9]{2}){4}(?![.,][0-9])"
_CITIZEN_ID = _groups("3-3-3-3", "4-4-4", "3-1-2-6", "3-9", "6-6", "3-3-6", "3-1-8")
_MOBILE = _groups("4-3-3", "3-3-4", "4-6", "3-7", "4-2-2-2", "5-5", "4-4-2", "2-8", "2-2-2-2-2")
_LANDLINE = _groups("4-7", "3-8", "5-6", "3-4-4", "4-4-3", "4-3-4", "5-3-3", "4-1-3-3")
_USUAL = (
    rf"{_INTERNATIONAL}|0{GAP}(?=[35789])(?:{_groups('9', '3-3-3', '2-3-4')})|[0-9]{{9,}}"
    rf"|(?<![.,])(?=0)(?:{_PAIRS}|{_CITIZEN_ID}|(?=0[2-9])(?:{_MOBILE})|(?=02)(?:{_LANDLINE}))"
)
_FIRST_RULE = re.compile(rf"(?<![0-9])(?:(?P<card>{_CARD})|{_USUAL})(?![0-9])")
_FIRST_RULE_WITHOUT_CARDS = re.compile(rf"(?:{_USUAL})(?![0-9])")
_SECOND_RULE = re.compile(
    rf"(?<![0-9.,-])[0-9]{{3}}([ .-])[0-9]{{3}}\1[0-9]{{3}}(?<!000)(?![0-9]|{GAP}[0-9]{{3}}(?![0-9]))"
)
_THIRD_RULE = re.compile(
    rf"0(?<![0-9]0)(?:{GAP}?[2-9](?:{GAP}?[0-9]){{8}}|(?:{GAP}?[0-9]){{11}}|{GAP}?[12](?:{GAP}?[0-9]){{9}})"
    r"(?![0-9])"
)
_OLD_ID = rf"(?:{_groups('3-3-3')})(?![0-9]|[.,-][0-9])"
_OLD_ID_ANYWHERE = re.compile(rf"(?<![0-9.,-]){_OLD_ID}")
_OLD_ID_AT_START = re.compile(_OLD_ID)
_WHOLE = re.compile(rf"(?:{_groups('3-3-3-3', '4-4-4')})[ .\-_(),]*$")
_DIGIT = re.compile("[0-9]")
_THREE_DIGITS = re.compile("[0-9]{3}")
"""Every look-alike has such a group."""
_SIGNS = " .-_(),"
_SHORTEST = 6
"""Digits of the shortest number that is masked, a bank account."""
_AS_AMOUNT = re.compile(r"[1-9][0-9]{0,2}(?:(?:[0-9]{3})+|([ .,])[0-9]{3}(?:\1[0-9]{3})*)")
_LONGEST = 19 + 18 * 4
"""Characters of 19 digits, each in a group of its own."""


def _digits(text: str) -> bytes:
    return text.encode("ascii").translate(None, _SIGNS.encode())


def _card_length(text: str) -> int:
    """Return how many characters are a card: all, four groups of four, or none."""
    digits = _digits(text)
    if is_card(digits):
        return len(text)
    if len(digits) > 16:
        text = text.rstrip("0123456789").rstrip(_SIGNS)
        digits = _digits(text)
        if len(digits) == 16 and is_card(digits):
            return len(text)
    return 0


class Cluster:
    """One cluster of a plain view."""

    def __init__(self, view: str, start: int, end: int, masked: Span | None) -> None:
        """Keep the place of the cluster, and the span that was masked last before it."""
        self._view = view
        self._start = start
        self._end = end
        self._masked = masked
        self._spans: list[Span] = []

    def spans(self) -> list[Span]:
        """Return the spans to mask, from left to right."""
        pieces = [(self._start, self._end)]
        may_hold_lookalikes = _THREE_DIGITS.search(self._view, self._start, self._end) is not None
        if may_hold_lookalikes:
            pieces = self._set_aside(NUMBER, pieces)
        pieces = self._apply(_FIRST_RULE, pieces)
        if may_hold_lookalikes:
            pieces = self._set_aside(AMOUNT, pieces)
        pieces = self._apply(_SECOND_RULE, pieces)
        pieces = self._apply(_THIRD_RULE, pieces)
        for start, end in pieces:
            self._take_remaining(start, end)
        return sorted(self._spans)

    @cached_property
    def _cue(self) -> Cue | None:
        return cue_before(self._view, self._start, self._masked)

    def _set_aside(self, lookalike: re.Pattern[str], pieces: list[Piece]) -> list[Piece]:
        """Return what remains of the pieces without the look-alikes in them."""
        remaining: list[Piece] = []
        for piece_start, end in pieces:
            begin = position = piece_start
            while found := lookalike.search(self._view, position, end):
                if lookalike is AMOUNT and not self._is_amount(found):
                    position = found.start() + 1
                else:
                    remaining.append((begin, found.start()))
                    begin = position = found.end()
            remaining.append((begin, end))
        return remaining

    def _is_amount(self, found: re.Match[str]) -> bool:
        is_called_id = (
            len(found[0]) >= len("123.456.000") and found.start() == self._start and self._cue is Cue.IDENTITY
        )
        return not is_called_id and is_amount(self._view, found)

    def _apply(self, rule: re.Pattern[str], pieces: list[Piece]) -> list[Piece]:
        """Mask what the rule finds in the pieces; return what remains of them."""
        remaining: list[Piece] = []
        for piece_start, end in pieces:
            begin = position = piece_start
            while found := rule.search(self._view, position, end):
                taken = self._take(found, end)
                if taken is None:
                    position = found.start() + 1
                else:
                    if taken.start - begin >= _SHORTEST:
                        remaining.append((begin, taken.start))
                    begin = position = taken.end
            if end - begin >= _SHORTEST:
                remaining.append((begin, end))
        return remaining

    def _take(self, found: re.Match[str], end: int) -> Span | None:
        start = found.start()
        if found.re is _FIRST_RULE and found["card"]:
            length = _card_length(found["card"])
            if length:
                return self._mask(start, start + length, Label.CARD)
            # A card in groups, being none, may still begin with a citizen id or a phone.
            other = _FIRST_RULE_WITHOUT_CARDS.match(self._view, start, end) if found["card"][0] in "08" else None
            if other is None:
                return None
            found = other
        label = self._label(start, found.end())
        return self._mask(start, found.end(), label) if label else None

    def _label(self, start: int, end: int) -> Label | None:
        if end - start > _LONGEST:
            return None
        digits = _digits(self._view[start:end])
        # Between a later number and the cue stand the digits of the first.
        cue = self._cue if start == self._start else None
        label = kind_of(digits, cue)
        if label is None or cue is Cue.IDENTITY or not _AS_AMOUNT.fullmatch(self._view, start, end):
            return label
        # Twelve digits and more in one piece are an amount only when they are round.
        is_plausible = label is Label.OLD_ID or end - start > len(digits) or digits.endswith(b"000")
        if is_plausible and self._view[start - 1 : start] != "+" and is_money(self._view, start, end):
            return None
        return label

    def _take_remaining(self, start: int, end: int) -> None:
        while first := _DIGIT.search(self._view, start, end):
            start = first.start()
            if self._take_whole(start, end):
                return
            found = _OLD_ID_AT_START.match(self._view, start, end)
            found = found or _OLD_ID_ANYWHERE.search(self._view, start, end)
            if found is None:
                return
            # Otherwise the end of an amount such as 1 500 000 000.
            if found.start() == start or not found[0].endswith("000"):
                label = self._label(*found.span())
                if label:
                    self._take_whole(start, found.start())
                    self._mask(*found.span(), label)
            start = found.end()

    def _take_whole(self, start: int, end: int) -> bool:
        """Mask what was announced, or is nothing but a number in the groups of an id."""
        is_announced = start == self._start and self._cue is not None
        if end - start > _LONGEST or not (is_announced or _WHOLE.match(self._view, start, end)):
            return False
        last = start + len(self._view[start:end].rstrip(_SIGNS))
        label = self._label(start, last)
        if label:
            self._mask(start, last, label)
        return label is not None

    def _mask(self, start: int, end: int, label: Label) -> Span:
        if label is Label.PHONE:
            # "(+84) 912…", "(0203) 38…": the signs before the first digit belong to the number.
            if self._view[start - 1 : start] == "+":
                start -= 1
            if self._view[start - 1 : start] == "(" and ")" in self._view[start:end]:
                start -= 1
        self._spans.append(Span(start, end, label))
        return self._spans[-1]
