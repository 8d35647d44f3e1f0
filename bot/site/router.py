"""Pages of the demo site: home, search, procedures, places, privacy, the chat alone; and the widget's file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.text import day
from bot.places.guide import project_guide
from bot.places.places import Places
from bot.site import wording
from bot.site.search import LONGEST_QUERY, ProcedureSearch
from bot.site.static_files import load_static, pack, takes_gzip
from bot.vietnamese.folding import words

HERE = Path(__file__).parent
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors "
HEADERS = {
    "Content-Security-Policy": POLICY + "'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
OFFICE = "phường Hạ Long"
WIDGET_PATH = "/widget/motcua-chat.js"
WIDGET_HEADERS = {
    # Any page may load the script; what it may do is decided by the API, origin by origin.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def create_site_router(
    catalogue_getter: Callable[[], Catalogue],
    *,
    office: str = OFFICE,
    places_getter: Callable[[], Places] = lambda: project_guide().places,
    embedders: Collection[str] = (),
) -> APIRouter:
    """Return the pages of the demo site.

    Args:
        catalogue_getter: Returns the catalogue in use; asked anew for every page.
        office: The ward or commune whose office the site shows.
        places_getter: Returns the places of the province.
        embedders: Origins whose pages may show the chat in a frame.
    """
    site = Site(catalogue_getter, office, places_getter, embedders)
    router = APIRouter(include_in_schema=False)
    for path, endpoint in (
        ("/", site.home),
        ("/thu-tuc", site.search),
        ("/thu-tuc/{code}", site.procedure),
        ("/dia-diem", site.places),
        ("/quyen-rieng-tu", site.privacy),
        ("/chat", site.chat),
        (WIDGET_PATH, site.widget),
        ("/site/static/{name}", site.static),
    ):
        router.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_class=HTMLResponse)
    return router


class Site:
    """Renders the pages."""

    def __init__(
        self,
        catalogue_getter: Callable[[], Catalogue],
        office: str,
        places_getter: Callable[[], Places],
        embedders: Collection[str],
    ) -> None:
        self._catalogue = catalogue_getter
        self._places = places_getter
        # In its own page the chat may be framed: by our own pages and by the listed sites.
        ancestors = " ".join(("'self'", *sorted(embedders)))
        self._chat_headers = HEADERS | {"Content-Security-Policy": POLICY + ancestors}
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
            "widget": WIDGET_PATH,
            "longest_query": LONGEST_QUERY,
        }

    async def home(self, request: Request) -> Response:
        """Return the first page."""
        search = self._search()
        return self._page(request, "home.html", popular=search.popular(), count=len(search.catalogue))

    async def search(self, request: Request, q: str = "") -> Response:
        """Return procedures that fit `q`, or all of them by field of work."""
        query = " ".join(q.split())[:LONGEST_QUERY]
        search = self._search()
        found = search.find(query) if query else []
        return self._page(
            request,
            "search.html",
            query=query,
            found=found,
            fields={} if query else search.by_field(),
            popular=search.popular(4),
        )

    async def procedure(self, request: Request, code: str) -> Response:
        """Return the page of a procedure; a former code leads to the present one."""
        catalogue = self._catalogue()
        entry = catalogue.entry(code)
        if entry is None:
            return self._page(request, "not_found.html", status=404)
        if entry.procedure.code != code:
            return RedirectResponse(f"/thu-tuc/{entry.procedure.code}", 301)
        related = [(link, found) for link in entry.procedure.related if (found := catalogue.find(link.code))]
        return self._page(request, "procedure.html", procedure=entry.procedure, entry=entry, related=related)

    async def places(self, request: Request) -> Response:
        """Return the service centres of the province, with what is confirmed of them."""
        places = self._places()
        centres = [(unit, places.centre_of(unit)) for unit in places.units]
        return self._page(
            request,
            "places.html",
            centres=sorted(centres, key=lambda pair: words(pair[0].name)),
            province=places.centres_file.province,
            hotlines=places.hotlines,
            checked_on=places.centres_file.checked_on,
        )

    async def privacy(self, request: Request) -> Response:
        """Return what happens to what people write."""
        return self._page(request, "privacy.html")

    async def chat(self, request: Request) -> Response:
        """Return the chat as a page of its own, which listed sites may also show in a frame."""
        return self._page(request, "chat.html", headers=self._chat_headers)

    async def widget(self, request: Request) -> Response:
        """Return the script of the widget, for any page."""
        return self._static["motcua-chat.js"].response(request, WIDGET_HEADERS)

    async def static(self, request: Request, name: str) -> Response:
        """Return a static file."""
        file = self._static.get(name)
        return file.response(request) if file else self._page(request, "not_found.html", status=404)

    def _search(self) -> ProcedureSearch:
        catalogue = self._catalogue()
        if self._searching is None or self._searching.catalogue is not catalogue:
            self._searching = ProcedureSearch(catalogue)
        return self._searching

    def _page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] = HEADERS,
        **values: Any,
    ) -> Response:
        content = self._templates.get_template(template).render(values | {"here": request.url.path}).encode()
        headers = headers | {"Vary": "Accept-Encoding"}
        if takes_gzip(request):
            # Nothing secret is on these pages, so their packed length tells nobody anything.
            packed = pack(content)
            if packed is not content:
                content, headers["Content-Encoding"] = packed, "gzip"
        return HTMLResponse(content, status, headers)
