"""Width and height of a picture, read from its head; nothing is decoded, so nothing can blow up."""

from __future__ import annotations

import struct

from bot.attachments.kinds import Kind

_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG segments numbered like frames that are none."""


def picture_size(content: bytes, kind: Kind) -> tuple[int, int] | None:
    """Return width and height in pixels, or None when they cannot be read."""
    try:
        match kind:
            case Kind.JPEG:
                return _jpeg(content)
            case Kind.PNG:
                width, height = struct.unpack_from(">II", content, 16)
                return int(width), int(height)
            case Kind.WEBP:
                return _webp(content)
            case _:
                return None
    except (struct.error, IndexError):
        return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position < len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        (length,) = struct.unpack_from(">H", content, position + 2)
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack_from(">HH", content, position + 5)
            return int(width), int(height)
        position += 2 + length
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    match content[12:16]:
        case b"VP8X":
            return _three(content, 24) + 1, _three(content, 27) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
        case _:
            return None


def _three(content: bytes, position: int) -> int:
    return content[position] | content[position + 1] << 8 | content[position + 2] << 16
