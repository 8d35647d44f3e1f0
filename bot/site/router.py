"""Pages of the demo site: home, search, one page for each procedure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.text import day
from bot.conversations.inbox import TEXT_LIMIT
from bot.site import wording
from bot.site.search import LONGEST_QUERY, ProcedureSearch
from bot.site.static_files import load_static

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
OFFICE = "phường Hạ Long"
STARTERS = (
    "Làm giấy khai sinh cần giấy tờ gì?",
    "Đổi thẻ căn cước mất bao lâu?",
    "Đăng ký kết hôn nộp ở đâu?",
)


def create_site_router(catalogue_getter: Callable[[], Catalogue], *, office: str = OFFICE) -> APIRouter:
    """Return the pages of the demo site.

    Args:
        catalogue_getter: Returns the catalogue in use; asked anew for every page.
        office: The ward or commune whose office the site shows.
    """
    site = Site(catalogue_getter, office)
    router = APIRouter(include_in_schema=False)
    for path, endpoint in (
        ("/", site.home),
        ("/thu-tuc", site.search),
        ("/thu-tuc/{code}", site.procedure),
        ("/site/static/{name}", site.static),
    ):
        router.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_class=HTMLResponse)
    return router


class Site:
    """Renders the pages."""

    def __init__(self, catalogue_getter: Callable[[], Catalogue], office: str) -> None:
        self._catalogue = catalogue_getter
        self._searching: ProcedureSearch | None = None
        self._static = load_static(HERE / "static")
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "day": day,
            "holding": wording.holding,
            "channel_names": wording.channel_names,
            "fee_amount": wording.fee_amount,
            "time_amount": wording.time_amount,
            "document_count": wording.document_count,
            "deadline_amount": wording.deadline_amount,
            "sentence": wording.sentence,
            "host": wording.host,
        }
        self._templates.globals |= {
            "office": office,
            "relations": wording.RELATIONS,
            "rules": wording.RULES,
            "starters": STARTERS,
            "text_limit": TEXT_LIMIT,
            "longest_query": LONGEST_QUERY,
        }

    async def home(self) -> Response:
        """Return the first page."""
        search = self._search()
        return self._page("home.html", popular=search.popular(), count=len(search.catalogue))

    async def search(self, q: str = "") -> Response:
        """Return procedures that fit `q`, or all of them by field of work."""
        query = " ".join(q.split())[:LONGEST_QUERY]
        search = self._search()
        found = search.find(query) if query else []
        return self._page(
            "search.html",
            query=query,
            found=found,
            fields={} if query else search.by_field(),
            popular=search.popular(4),
        )

    async def procedure(self, code: str) -> Response:
        """Return the page of a procedure; a former code leads to the present one."""
        catalogue = self._catalogue()
        entry = catalogue.entry(code)
        if entry is None:
            return self._page("not_found.html", status=404)
        if entry.procedure.code != code:
            return RedirectResponse(f"/thu-tuc/{entry.procedure.code}", 301)
        related = [(link, found) for link in entry.procedure.related if (found := catalogue.find(link.code))]
        return self._page("procedure.html", procedure=entry.procedure, entry=entry, related=related)

    async def static(self, request: Request, name: str) -> Response:
        """Return a static file."""
        file = self._static.get(name)
        return file.response(request) if file else self._page("not_found.html", status=404)

    def _search(self) -> ProcedureSearch:
        catalogue = self._catalogue()
        if self._searching is None or self._searching.catalogue is not catalogue:
            self._searching = ProcedureSearch(catalogue)
        return self._searching

    def _page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        content = self._templates.get_template(template).render(values)
        return HTMLResponse(content, status, HEADERS)
