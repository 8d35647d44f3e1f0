"""Names of files as they may be stored and shown."""

from __future__ import annotations

import re
import unicodedata

from bot.attachments.kinds import Kind
from bot.privacy.masking import mask

LONGEST = 60
_PARTING = re.compile(r"[\\/]")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_UNFIT = re.compile(r"[^\w .,()\[\]+-]")
_BLANKS = re.compile(r"\s+")


def clean_name(given: str, kind: Kind) -> str:
    """Return a harmless name that ends as its kind does.

    Folders, control characters, marks that turn the direction of writing, and leading dots are gone;
    numbers of people are masked like in any text.

    Args:
        given: As the sender named it; may be empty.
        kind: Found in the content; a name that claims another one loses its claim.
    """
    name = unicodedata.normalize("NFC", _PARTING.split(given[-500:])[-1])
    name = _ENDING.sub("", name.strip())
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = _BLANKS.sub(" ", _UNFIT.sub(" ", mask(name))).strip(" .")
    return f"{name[:LONGEST].strip(' .') or kind.word.replace(' ', '-')}{kind.ending}"
