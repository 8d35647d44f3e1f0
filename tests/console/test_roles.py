"""The role matrix, route by route: what is not written here does not exist."""

from __future__ import annotations

import re

import pytest
from console_support import client_of
from fastapi import FastAPI

from bot.console.app import PUBLIC, create_console, permission_of, routes_of
from bot.console.auth.roles import Role
from bot.console.sections import Area
from bot.service import Service

from fastapi import APIRouter  # isort: skip

T, E, O, A, X = Role.TRAINER, Role.EDITOR, Role.OFFICER, Role.ANALYST, Role.ADMIN  # noqa: E741
EVERYBODY = {T, E, O, A, X}
MATRIX: dict[tuple[str, str], set[Role]] = {
    ("POST", "/logout"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/review"): {T, X},
    ("GET", "/review/{group_id}"): {T, X},
    ("POST", "/review/bulk"): {T, X},
    ("POST", "/review/undo/{decision_id}"): {T, X},
    ("POST", "/review/{group_id}"): {T, X},
    ("GET", "/content"): {E, X},
    ("POST", "/content/{request_id}/done"): {E, X},
    ("GET", "/examples"): {T, E, A, X},
    ("GET", "/examples/list"): {T, E, A, X},
    ("GET", "/examples/export.yml"): {T, E, A, X},
    ("GET", "/examples/export.xlsx"): {T, E, A, X},
    ("POST", "/examples/check"): {T, X},
    ("POST", "/examples/import"): {T, X},
    ("POST", "/examples/move"): {T, X},
    ("POST", "/examples/merge"): {T, X},
    ("POST", "/examples"): {T, X},
    ("GET", "/examples/{example_id}"): {T, E, A, X},
    ("POST", "/examples/{example_id}"): {T, X},
    ("POST", "/examples/{example_id}/delete"): {T, X},
    ("GET", "/training"): {T, X},
    ("POST", "/training"): {T, X},
    ("GET", "/training/{run_id}"): {T, X},
    ("GET", "/training/{run_id}/progress"): {T, X},
    ("POST", "/training/{run_id}/cancel"): {T, X},
    ("GET", "/releases"): {T, A, X},
    ("GET", "/releases/{release_id}"): {T, A, X},
    ("POST", "/releases/{release_id}/promote"): {T, X},
    ("POST", "/releases/{release_id}/canary"): {T, X},
    ("POST", "/releases/canary/end"): {T, X},
    ("POST", "/releases/rollback"): {T, X},
    ("GET", "/conversations/{conversation_id}"): {T, X},
    ("GET", "/tests"): {T, A, X},
    ("POST", "/tests"): {T, X},
    ("POST", "/tests/{saved_id}/accept"): {T, X},
    ("POST", "/tests/{saved_id}/delete"): {T, X},
    ("GET", "/staff"): {X},
    ("POST", "/staff"): {X},
    ("POST", "/staff/{username}/role"): {X},
    ("POST", "/staff/{username}/disable"): {X},
    ("POST", "/staff/{username}/enable"): {X},
    ("POST", "/staff/{username}/reset"): {X},
    ("GET", "/audit"): {A, X},
    ("GET", "/desk"): {O, X},
    ("GET", "/desk/queue"): {O, X},
    ("GET", "/desk/changes"): {O, X},
    ("POST", "/desk/duty"): {O, X},
    ("GET", "/desk/contacts"): {O, X},
    ("POST", "/desk/contacts/{request_id}/close"): {O, X},
    ("POST", "/desk/contacts/{request_id}/answer"): {O, X},
    ("GET", "/desk/figures"): {O, A, X},
    ("GET", "/desk/figures.csv"): {O, A, X},
    ("GET", "/desk/officers"): {X},
    ("POST", "/desk/officers"): {X},
    ("POST", "/desk/officers/{officer_id}"): {X},
    ("GET", "/desk/{handoff_id}"): {O, X},
    ("GET", "/desk/{handoff_id}/talk"): {O, X},
    ("POST", "/desk/{handoff_id}/claim"): {O, X},
    ("POST", "/desk/{handoff_id}/answer"): {O, X},
    ("POST", "/desk/{handoff_id}/typing"): {O, X},
    ("POST", "/desk/{handoff_id}/note"): {O, X},
    ("POST", "/desk/{handoff_id}/transfer"): {O, X},
    ("POST", "/desk/{handoff_id}/back"): {O, X},
    ("POST", "/desk/{handoff_id}/finish"): {O, X},
}


def test_the_matrix_names_every_route() -> None:
    found = {(method, route.path) for route in routes_of() for method in route.methods}
    assert {item for item in found if item[1] not in PUBLIC} == set(MATRIX)


@pytest.mark.parametrize("role", list(Role))
async def test_every_route_lets_in_whom_the_matrix_names(app: FastAPI, sign_in, role: Role) -> None:
    wrong = {}
    for (method, path), allowed in MATRIX.items():
        browser = await sign_in(role)
        address = re.sub(r"\{(\w+)\}", lambda m: "999999" if m[1].endswith("_id") else "nobody", path)
        response = await (browser.get(address) if method == "GET" else browser.post(address))
        if (response.status_code != 403) != (role in allowed) or response.status_code >= 500:
            wrong[method, path] = response.status_code
    assert wrong == {}


async def test_nobody_is_let_in_without_a_session(app: FastAPI) -> None:
    async with client_of(app) as stranger:
        for method, path in MATRIX:
            address = "/console" + re.sub(r"\{\w+\}", "1", path)
            response = await stranger.request(method, address, data={} if method == "POST" else None)
            expected = {303, 401} if method == "GET" else {401}
            assert response.status_code in expected, (method, path, response.status_code)


async def test_a_change_without_the_token_of_the_session_is_refused(admin) -> None:
    for method, path in MATRIX:
        if method == "POST":
            address = "/console" + re.sub(r"\{\w+\}", "1", path)
            for data in ({}, {"csrf": "guessed"}):
                response = await admin.client.post(address, data=data)
                assert response.status_code == 403, path
    foreign = await admin.post("/training", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(service: Service) -> None:
    router = APIRouter()

    @router.get("/open")
    async def forgotten() -> str:
        return "data"

    with pytest.raises(RuntimeError, match="/open"):
        create_console(service, (Area(router),))


def test_permissions_are_read_off_the_routes() -> None:
    found = {route.path: permission_of(route) for route in routes_of()}
    assert all(found[path] is None for path in PUBLIC)
    assert all(found[path] is not None for _, path in MATRIX)
