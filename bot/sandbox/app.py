"""The sandbox as one ASGI application: three contracts, a page, faults on demand."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.contracts.igate import Igate
from bot.sandbox.contracts.national import National
from bot.sandbox.contracts.opencps import OpenCps
from bot.sandbox.faults import Contract, Fault, Faults
from bot.sandbox.store import NAMES, Store

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FAULT_NAMES = {
    Fault.NONE: "Bình thường",
    Fault.SLOW: "Chậm 2 giây",
    Fault.HANG: "Treo",
    Fault.ERROR: "Lỗi 500",
    Fault.MAINTENANCE: "Bảo trì",
    Fault.GARBAGE: "Trả lời hỏng",
    Fault.HUGE: "Trả lời quá lớn",
    Fault.EXPIRED: "Hết phiên",
    Fault.LIMITED: "Quá nhiều lượt",
    Fault.OTHER_CODE: "Trả nhầm hồ sơ",
}
CONTRACT_NAMES = {
    Contract.NATIONAL: "Cổng quốc gia",
    Contract.OPENCPS: "OpenCPS",
    Contract.IGATE: "iGate",
}


class Pages:
    """The page for people, and its buttons."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._style = (HERE / "static" / "sandbox.css").read_bytes()
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._page = environment.get_template("sandbox.html")

    def routes(self) -> list[Route]:
        """Return the routes for people."""
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/sandbox.css", self.style, methods=["GET"]),
            Route("/healthz", self.health, methods=["GET"]),
            Route("/faults", self.fault, methods=["POST"]),
            Route("/advance", self.advance, methods=["POST"]),
            Route("/restart", self.restart, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        """Return the list of dossiers, perhaps of one status only."""
        wanted = request.query_params.get("status", "")
        everything = self._store.all()
        shown = [item for item in everything if not wanted.isdecimal() or item.status == int(wanted)]
        counts = [sum(item.status == number for item in everything) for number in range(1, 11)]
        content = self._page.render(
            dossiers=shown[:60],
            total=len(shown),
            wanted=int(wanted) if wanted.isdecimal() else 0,
            names=NAMES,
            counts=counts,
            contracts=CONTRACT_NAMES,
            fault_names=FAULT_NAMES,
            current={contract: self._faults.current(contract) for contract in Contract},
        )
        return HTMLResponse(content, headers=HEADERS)

    async def style(self, _: Request) -> Response:
        """Return the style sheet."""
        return Response(self._style, media_type="text/css", headers=HEADERS)

    async def health(self, _: Request) -> Response:
        """Say that the sandbox is alive."""
        return JSONResponse({"alive": True})

    async def fault(self, request: Request) -> Response:
        """Switch a fault on or off: form fields contract, fault, seconds, minutes."""
        form = await _form(request)
        try:
            contract = Contract(form["contract"]) if form.get("contract", "all") != "all" else None
            fault = Fault(form["fault"])
            seconds, minutes = float(form.get("seconds", 2)), float(form.get("minutes", 5))
        except (KeyError, ValueError):
            return JSONResponse({"error": "contract, fault, seconds, minutes"}, 422)
        self._faults.set(contract, fault, seconds=min(seconds, 60), minutes=min(minutes, 60))
        return RedirectResponse("/#su-co", 303)

    async def advance(self, request: Request) -> Response:
        """Let a dossier take its next step."""
        code = (await _form(request)).get("code", "")
        moved = self._store.advance(code)
        return RedirectResponse(f"/#{code}", 303) if moved else JSONResponse({"error": "no next step"}, 409)

    async def restart(self, _: Request) -> Response:
        """Begin again."""
        self._store.restart()
        return RedirectResponse("/", 303)


def create_sandbox(store: Store) -> Starlette:
    """Return the application over a store."""
    faults = Faults()
    parts = (Pages(store, faults), National(store, faults), OpenCps(store, faults), Igate(store, faults))
    routes = [route for part in parts for route in part.routes()]
    app = Starlette(routes=routes, exception_handlers={ClientDisconnect: _nobody_waits})
    app.state.store, app.state.faults = store, faults
    return app


async def _nobody_waits(_: Request, __: Exception) -> Response:
    """End a request whose client has given up."""
    return Response(status_code=499)


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body())[:4096].decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}
