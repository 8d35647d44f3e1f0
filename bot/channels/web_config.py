"""What the widget asks before the first message; the same for everybody, so no session is needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.quick_questions import questions_about, quick_questions
from bot.channels.addresses import client_address
from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.web_errors import WebError, json_response, too_fast
from bot.channels.web_extras_models import COMMENT_LIMIT
from bot.conversations.inbox import TEXT_LIMIT

READS_OF_ADDRESS = Rate(300, 60)
PRIVACY_PATH = "/quyen-rieng-tu"
_CODE = re.compile(r"\d\.\d{6}")


@dataclass(frozen=True, slots=True)
class EntryPoints:
    """Ways on from the web chat, as far as they are open.

    The handoff desk and the other channels say here what they offer; nothing else has to change.
    """

    officer: bool = False
    """A person can take over inside the chat."""
    zalo: str | None = None
    """Address (https) that continues on Zalo."""
    telegram: str | None = None
    """Address (https) that continues on Telegram."""


class WebConfig:
    """Answers `GET /api/web/config`."""

    def __init__(
        self,
        catalogue: Callable[[], Catalogue],
        entry_points: Callable[[], EntryPoints] = EntryPoints,
        *,
        trusted_proxies: int = 0,
        reads: Rate = READS_OF_ADDRESS,
    ) -> None:
        """Take what is asked anew for every request.

        Args:
            catalogue: Returns the catalogue in use.
            entry_points: Returns the ways on that are open now.
            trusted_proxies: Number of own proxies before the service.
            reads: How often one address may ask.
        """
        self._catalogue = catalogue
        self._entry_points = entry_points
        self._trusted_proxies = trusted_proxies
        self._reads = RateLimiter(reads)

    async def config(self, request: Request) -> Response:
        """Return limits, quick questions, and the ways on; with `procedure`, the questions about it."""
        wait = self._reads.take(client_address(request, self._trusted_proxies))
        if wait > 0:
            raise too_fast(wait)
        catalogue = self._catalogue()
        code = request.query_params.get("procedure", "")
        if code and not _CODE.fullmatch(code):
            raise bad_code()
        lang = "en" if request.query_params.get("lang", "").lower().startswith("en") else "vi"
        # A code that left the catalogue must not break the page it stands on.
        procedure = catalogue.find(code) if code else None
        questions = questions_about(procedure, lang) if procedure else quick_questions(catalogue)
        entry_points = self._entry_points()
        shown = {
            "privacy_url": PRIVACY_PATH,
            "limits": {"text": TEXT_LIMIT, "comment": COMMENT_LIMIT},
            "quick_questions": [{"label": one.label, "text": one.text} for one in questions],
            "procedure": {"code": procedure.code, "name": procedure.short_name} if procedure else None,
            "entry_points": {
                "officer": entry_points.officer,
                "zalo": entry_points.zalo,
                "telegram": entry_points.telegram,
            },
        }
        return json_response(shown, headers={"Cache-Control": "max-age=60"})


def bad_code() -> WebError:
    """The parameter `procedure` is no code."""
    return WebError(400, "bad_request", "Tham số “procedure” phải là mã thủ tục, ví dụ 1.001193.")
