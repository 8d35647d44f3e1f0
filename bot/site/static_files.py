"""The site's few static files, read once, served with a fingerprint for caches."""

from __future__ import annotations

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
# Asked again each time, answered with 304: scripts that import each other never mix two versions.
CACHING = "public, no-cache"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory."""

    content: bytes
    media_type: str
    tag: str

    def response(self, request: Request) -> Response:
        """Return the file, or that the browser's copy is still good."""
        headers = {"ETag": self.tag, "Cache-Control": CACHING, "X-Content-Type-Options": "nosniff"}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self.content, headers=headers, media_type=self.media_type)


def load_static(directory: Path) -> dict[str, StaticFile]:
    """Return the files of a directory by name; other kinds of files are left out."""
    return {path.name: _load(path) for path in sorted(directory.iterdir()) if path.suffix in TYPES}


def _load(path: Path) -> StaticFile:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:20]
    return StaticFile(content, TYPES[path.suffix], f'"{digest}"')
