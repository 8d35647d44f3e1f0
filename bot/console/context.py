"""What the pages of the console work with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.catalogue.catalogue import Catalogue
from bot.channels.rate_limits import Rate, RateLimiter
from bot.console.auth.accounts import Accounts
from bot.console.auth.oidc import SingleSignOn
from bot.console.auth.sessions import Session, Sessions
from bot.console.rendering import make_environment
from bot.console.sections import Area, Section, visible
from bot.storage.database import Database
from bot.training.checks import Checker
from bot.training.promotion import Promotion

if TYPE_CHECKING:
    from bot.service import Service

FLASH = "motcua_flash"
SIGN_INS = (Rate(10, 60.0), Rate(60, 3600.0))
"""Attempts to sign in from one address."""
PATH = "/console"


@dataclass(slots=True)
class Console:
    """The parts behind the pages."""

    service: Service
    areas: tuple[Area, ...]
    single_sign_on: SingleSignOn | None = None
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(*SIGN_INS))
    polls: Counter[str] = field(default_factory=Counter)
    """Open long polls by session."""
    stopping: Callable[[], bool] = lambda: False
    """Says whether this process shuts down; long polls end then."""
    checker: Checker = field(init=False)
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    promotion: Promotion = field(init=False)
    _templates: Any = field(init=False)

    def __post_init__(self) -> None:
        """Build what follows from the service."""
        settings = self.service.settings
        self.checker = Checker(self.database, settings.golden)
        self.accounts = Accounts(self.database)
        self.sessions = Sessions(self.database)
        self.promotion = Promotion(self.database, settings.models_dir)
        self._templates = make_environment(lambda: self.catalogue)

    @property
    def is_stopping(self) -> bool:
        """Whether this process shuts down."""
        return self.stopping()

    @property
    def database(self) -> Database:
        """The database of the service."""
        return self.service.database

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.service.live.current

    def page(
        self, request: Request, session: Session | None, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page; what the last request had to say is shown once."""
        flash = unquote(request.cookies.get(FLASH, ""))
        sections = visible(self.areas, session.member.role) if session else []
        content = self._templates.get_template(template).render(
            member=session.member if session else None,
            csrf=session.csrf if session else "",
            sections=sections,
            current=current_section(sections, request.url.path),
            flash=flash,
            release=self.service.engine.release,
            **values,
        )
        response = HTMLResponse(content, status)
        if flash:
            response.delete_cookie(FLASH, path=PATH)
        return response


def current_section(sections: Sequence[Section], path: str) -> str:
    """Return the path of the section that a page belongs to: the longest that fits."""
    fitting = [one.path for one in sections if path == one.path or path.startswith(f"{one.path}/")]
    return max(fitting, key=len, default="")


def go(request: Request, path: str, flash: str = "") -> Response:
    """Return a redirect after a change, with a sentence for the next page."""
    response = RedirectResponse(f"{PATH}{path}", 303)
    if flash:
        response.set_cookie(
            FLASH,
            quote(flash[:400]),
            max_age=60,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=is_https(request),
        )
    return response


def console_of(request: Request) -> Console:
    """Return the console that a request belongs to."""
    console: Console = request.app.state.console
    return console


def is_https(request: Request) -> bool:
    """Say whether the browser came by https; behind trusted proxies their word counts."""
    if request.url.scheme == "https":
        return True
    trusted = console_of(request).service.settings.trusted_proxies
    return bool(trusted) and request.headers.get("x-forwarded-proto", "").split(",")[-1].strip() == "https"


def address_of(request: Request) -> str:
    """Return the address of the browser, as far as trusted proxies tell it."""
    trusted = console_of(request).service.settings.trusted_proxies
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    return request.client.host if request.client else "-"
