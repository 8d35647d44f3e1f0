"""Reading a proof in a message: only where it was asked for, or where a word announces it."""

from __future__ import annotations

import re

from bot.dossiers.finding import plain
from bot.dossiers.proof import Proof
from bot.dossiers.spoken import digits_for_words
from bot.vietnamese.folding import strip_marks

_NUMBER = r"[0-9](?:[ .\-]{0,2}[0-9]){3,14}"
_ANNOUNCED = re.compile(
    r"(?:(?:4|bon) *(?:so|chu so) *(?:cuoi|sau|duoi)?|so cuoi|so duoi|duoi|cuoi)\b"
    rf"[^0-9\n]{{0,40}}?(?P<number>{_NUMBER})"
)
_PIN = re.compile(
    r"\b(?:ma pin|pin|mat khau|ma bi mat|ma tra cuu|ma xac nhan)\b[ :=]*(?:la )?[ :=]*(?P<pin>[a-z0-9]{4,16})\b"
)
_FILLER = re.compile(
    r"\b(?:da|vang|u|uh|ok|day|dat|la|so|cua|toi|em|minh|chau|mk|e|t|a|ah|ak|nhe|nha|ne|thoi|gui|dien thoai|"
    r"sdt|dt|di dong|cccd|cmnd|cmt|can cuoc|dinh danh|can cuoc cong dan|cuoi|duoi|4 so|bon so|thua|thu|anh|chi|"
    r"ad|ban|cho|xac nhan|ma|pin|ho so|hs|va|voi|kem|tra|giup|xem|roi|sau|nay|con)\b"
)
_ONLY_NUMBER = re.compile(rf"[^0-9a-z]*(?P<number>{_NUMBER})[^0-9a-z]*")
_ONLY_PIN = re.compile(r"\W*(?P<pin>(?=[a-z0-9]*[0-9])[a-z0-9]{4,12})\W*")


def read_proof(text: str, *, is_asked: bool) -> Proof | None:
    """Return the proof in a message, or None when it holds none.

    Args:
        text: As typed, without any dossier code.
        is_asked: Whether the last question was for a proof; then a bare number is one. Otherwise only a
            number that is announced: "4 số cuối là 1234", "mã PIN 567890".
    """
    said = strip_marks(digits_for_words(plain(text)).lower())
    if (found := _PIN.search(said)) and any(character.isdecimal() for character in found["pin"]):
        return Proof(found["pin"])
    if found := _ANNOUNCED.search(said):
        return _proof(found["number"])
    if not is_asked:
        return None
    rest = _FILLER.sub(" ", said)
    if found := _ONLY_NUMBER.fullmatch(rest):
        return _proof(found["number"])
    if found := _ONLY_PIN.fullmatch(said):
        return Proof(found["pin"])
    return None


def _proof(number: str) -> Proof | None:
    digits = re.sub(r"[^0-9]", "", number)
    return Proof(digits) if 4 <= len(digits) <= 13 else None
