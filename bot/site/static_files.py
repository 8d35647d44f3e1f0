"""The site's few static files, read once, packed once, served with a fingerprint for caches."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Asked again each time, answered with 304: a page never meets the script of another version.
CACHING = "public, no-cache"
SMALLEST_PACKED = 500
"""Bytes; below, packing saves nothing."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory."""

    content: bytes
    packed: bytes
    media_type: str
    tag: str

    def response(self, request: Request, extra: dict[str, str] | None = None) -> Response:
        """Return the file, or that the browser's copy is still good."""
        headers = {
            "ETag": self.tag,
            "Cache-Control": CACHING,
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
            **(extra or {}),
        }
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = self.content
        if takes_gzip(request) and len(self.packed) < len(content):
            content = self.packed
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=self.media_type)


def takes_gzip(request: Request) -> bool:
    """Say whether a browser unpacks gzip."""
    named = request.headers.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return any(one.partition(";")[0] == "gzip" and not one.endswith(";q=0") for one in named)


def pack(content: bytes, level: int = 6) -> bytes:
    """Return the content packed; the same content gives the same bytes."""
    return gzip.compress(content, level, mtime=0) if len(content) >= SMALLEST_PACKED else content


def load_static(directory: Path) -> dict[str, StaticFile]:
    """Return the files of a directory by name; other kinds of files are left out."""
    return {path.name: _load(path) for path in sorted(directory.iterdir()) if path.suffix in TYPES}


def _load(path: Path) -> StaticFile:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:20]
    # The tag is weak: it stands for the plain and for the packed bytes.
    return StaticFile(content, pack(content, 9), TYPES[path.suffix], f'W/"{digest}"')
