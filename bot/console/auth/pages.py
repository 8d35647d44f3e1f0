"""Signing in and out, links that set a password, single sign-on."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.access import check_token, needs
from bot.console.audit import note
from bot.console.auth.accounts import AccountError, Member
from bot.console.auth.oidc import SingleSignOnFailed, attempt_of, new_attempt
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import COOKIE, LONGEST, Session
from bot.console.context import PATH, Console, address_of, console_of, go, is_https
from bot.console.problems import NotFound, TooMany
from bot.console.sections import Area
from bot.site.static_files import load_static

BEFORE, SSO = "motcua_before", "motcua_sso"
PUBLIC = ("/login", "/welcome/{secret}", "/sso/start", "/sso/callback", "/static/{name}")

router = APIRouter(tags=["sign-in"])
AREA = Area(router)
_static = load_static(Path(__file__).parent.parent / "static")
Text = Annotated[str, Form(max_length=300)]


@router.get("/login")
async def show_login(request: Request, to: str = "") -> Response:
    """Show the form."""
    return _login_page(request, console_of(request), to)


@router.post("/login")
async def sign_in(request: Request, username: Text = "", password: Text = "", to: Text = "") -> Response:
    """Sign in with a password."""
    console = console_of(request)
    await check_token(request, request.cookies.get(BEFORE) or secrets.token_hex())
    _count_attempt(request, console)
    try:
        member = await console.accounts.sign_in(username, password)
    except AccountError as error:
        return _login_page(request, console, to, str(error), 401)
    return await _let_in(request, console, member, to)


@router.post("/logout")
async def sign_out(request: Request, session: Session = needs(Permission.SIGNED_IN)) -> Response:
    """End the session."""
    console = console_of(request)
    await console.sessions.end(session)
    async with console.database.write() as connection:
        await note(connection, session.member.actor, "sign_out", session.member.username)
    response = go(request, "/login", "Đã đăng xuất.")
    response.delete_cookie(COOKIE, path=PATH)
    return response


@router.get("/welcome/{secret}")
async def show_welcome(request: Request, secret: str) -> Response:
    """Show the form behind a one-time link."""
    console = console_of(request)
    _count_attempt(request, console)
    return await _welcome_page(request, console, secret)


@router.post("/welcome/{secret}")
async def set_password(
    request: Request,
    secret: str,
    password: Text = "",
    again: Text = "",
    username: Text = "",
    name: Text = "",
) -> Response:
    """Set the password and sign in."""
    console = console_of(request)
    await check_token(request, request.cookies.get(BEFORE) or secrets.token_hex())
    _count_attempt(request, console)
    try:
        if password != again:
            raise AccountError("Hai lần nhập mật khẩu không giống nhau.")
        member = await console.accounts.accept(secret, password, username, name)
    except AccountError as error:
        return await _welcome_page(request, console, secret, str(error), 422)
    return await _let_in(request, console, member, "")


@router.get("/sso/start")
async def start_single_sign_on(request: Request) -> Response:
    """Send the browser to the province's identity provider."""
    console = console_of(request)
    if console.single_sign_on is None:
        raise NotFound("Chưa cài đặt đăng nhập một lần.")
    attempt = new_attempt()
    try:
        address = await console.single_sign_on.address(attempt, _callback(request, console))
    except SingleSignOnFailed as error:
        return _login_page(request, console, "", str(error), 502)
    response = RedirectResponse(address, 303)
    response.set_cookie(
        SSO,
        attempt.stored(),
        max_age=600,
        path=f"{PATH}/sso",
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return response


@router.get("/sso/callback")
async def finish_single_sign_on(request: Request, code: str = "", state: str = "") -> Response:
    """Take the browser back from the identity provider."""
    console = console_of(request)
    _count_attempt(request, console)
    attempt = attempt_of(request.cookies.get(SSO, ""))
    if console.single_sign_on is None or attempt is None or not code:
        return _login_page(request, console, "", "Đăng nhập một lần chưa xong. Hãy thử lại.", 400)
    try:
        claims = await console.single_sign_on.claims(attempt, code, state, _callback(request, console))
        member = await console.single_sign_on.member(console.database, claims)
    except SingleSignOnFailed as error:
        response = _login_page(request, console, "", str(error), 401)
    else:
        response = await _let_in(request, console, member, "")
    response.delete_cookie(SSO, path=f"{PATH}/sso")
    return response


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Return a static file."""
    file = _static.get(name)
    if file is None:
        raise NotFound("Không có tệp này.")
    return file.response(request)


async def _let_in(request: Request, console: Console, member: Member, to: str) -> Response:
    token = await console.sessions.open(member)
    # Only paths of our own: a link must not lead elsewhere after signing in.
    safe = to if to.startswith(f"{PATH}/") and "//" not in to and "\\" not in to else f"{PATH}/"
    response = RedirectResponse(safe, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    response.delete_cookie(BEFORE, path=PATH)
    return response


def _login_page(request: Request, console: Console, to: str, problem: str = "", status: int = 200) -> Response:
    return _with_token(
        request,
        console,
        "login.html",
        status,
        to=to[:300],
        problem=problem,
        has_sso=console.single_sign_on is not None,
    )


async def _welcome_page(
    request: Request, console: Console, secret: str, problem: str = "", status: int = 200
) -> Response:
    good, member = await console.accounts.invited(secret)
    if not good:
        raise NotFound("Liên kết không còn dùng được. Hãy xin liên kết mới.")
    return _with_token(request, console, "welcome.html", status, invited=member, problem=problem)


def _with_token(request: Request, console: Console, template: str, status: int, **values: object) -> Response:
    token = request.cookies.get(BEFORE) or secrets.token_urlsafe(24)
    response = console.page(request, None, template, status=status, token=token, **values)
    response.set_cookie(
        BEFORE, token, max_age=3600, path=PATH, httponly=True, samesite="strict", secure=is_https(request)
    )
    return response


def _callback(request: Request, console: Console) -> str:
    base = console.service.settings.console_address or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base.rstrip('/')}{PATH}/sso/callback"


def _count_attempt(request: Request, console: Console) -> None:
    if console.limiter.take(address_of(request)) > 0:
        raise TooMany
