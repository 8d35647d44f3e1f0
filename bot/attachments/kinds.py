"""Which kind of file it is, by its first bytes: names and declared types are anybody's claim."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is taken; the value is stored."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    OGG = "ogg"

    @property
    def media_type(self) -> str:
        """As browsers and platforms name it."""
        return _MEDIA_TYPES[self]

    @property
    def ending(self) -> str:
        """Of a file name, with the dot."""
        return ".jpg" if self is Kind.JPEG else f".{self.value}"

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at."""
        return self in {Kind.JPEG, Kind.PNG, Kind.WEBP}

    @property
    def word(self) -> str:
        """What people call it."""
        return "ảnh" if self.is_picture else "tin thoại" if self is Kind.OGG else "tệp"


_MEDIA_TYPES = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
    Kind.OGG: "audio/ogg",
}
TAKEN = "ảnh JPG, PNG, WebP, tệp PDF hoặc tin thoại"


def recognise(content: bytes) -> Kind | None:
    """Return the kind of a file, or None for one that is not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content.startswith(b"%PDF-1.") or content.startswith(b"%PDF-2."):
        return Kind.PDF
    if content.startswith(b"OggS\x00"):
        return Kind.OGG
    return None
