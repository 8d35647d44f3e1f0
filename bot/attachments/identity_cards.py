"""Signs that a file shows an identity paper.

Nothing here looks at the picture itself: it reads the words that come with a file, and the shape of
the picture. A photo of a whole table with a card on it, sent without a word, is not noticed.
"""

from __future__ import annotations

import re

from bot.attachments.kinds import Kind
from bot.attachments.picture_size import picture_size
from bot.privacy.masking import mask
from bot.vietnamese.folding import words

CARD_RATIO = 85.60 / 53.98
"""Of a card after ISO/IEC 7810 ID-1: identity cards, and bank cards and driving licences as well."""
TOLERANCE = 0.03
"""No camera takes pictures of this shape (4:3, 3:2, 16:9); programs that cut out cards do."""
SMALLEST_SIDE = 200
"""Pixels; what is smaller is an icon."""
_WORDS = re.compile(
    r"\b(cccd|cmnd|cmtnd|can cuoc|chung minh (?:nhan dan|thu)|ho chieu|passport|giay to tuy than|"
    r"the can cuoc|identity card|id card|dinh danh ca nhan|vneid)\b"
)


def looks_like_identity_paper(content: bytes, kind: Kind, name: str, caption: str = "") -> bool:
    """Say whether there is a sure sign of an identity paper.

    Args:
        content: The file.
        kind: As recognised.
        name: As the sender named it, not cleaned.
        caption: What was written with it.
    """
    said = words(f"{name} {caption}")
    return bool(_WORDS.search(said)) or mask(name) != name or (kind.is_picture and _is_card(content, kind))


def _is_card(content: bytes, kind: Kind) -> bool:
    size = picture_size(content, kind)
    if size is None or min(size) < SMALLEST_SIDE:
        return False
    return abs(max(size) / min(size) - CARD_RATIO) <= TOLERANCE
