"""Each adapter against the documented answers of its system: what it sends, keeps and drops."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from serving import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.dossiers.adapters.reading import read_day
from bot.dossiers.adapters.statuses import of_name, of_opencps, official
from bot.dossiers.code import DossierCode, parse_code
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import Denied, Malformed, NotFound, Unavailable, WrongProof
from bot.dossiers.port import DossierSystem
from bot.dossiers.proof import Proof
from bot.dossiers.register import adapter_for
from bot.dossiers.sandbox_process import sandbox_systems
from bot.dossiers.status import Status

SHAPES = Path(__file__).parent / "shapes"
PERSONAL = "Dấu Riêng"
PHONE_END, IDENTITY_END = "1104", "1820"
TODAY = date(2026, 11, 24)
Change = Callable[[dict[str, Any]], None]


class Recorded:
    """A system that gives back a recorded answer, and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shape: dict[str, Any] = json.loads((SHAPES / f"{name}.json").read_text("utf-8"))
        self.requests: list[dict[str, Any]] = []
        self.logins = 0
        self.answers: list[Response] = []
        """Given first, before the recorded answer."""
        self.pin_status = 203

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = next(value for value in self.shape.values() if isinstance(value, list))[0]
        return found

    @property
    def code(self) -> DossierCode:
        for name in ("MaHoSo", "dossierNo", "code"):
            if name in self.record:
                return parse_code(self.record[name], TODAY)
        raise LookupError

    def empty(self) -> None:
        self.shape = {key: [] if isinstance(value, list) else value for key, value in self.shape.items()}

    def app(self) -> Starlette:
        methods = ["GET", "POST"]
        return Starlette(
            routes=[
                Route("/national/mapi/login", self.login, methods=methods),
                Route("/sso/{rest:path}", self.login, methods=methods),
                Route("/opencps/o/rest/v2/dossiers/{reference}", self.detail, methods=methods),
                Route("/{rest:path}", self.answer, methods=methods),
            ]
        )

    async def login(self, request: Request) -> Response:
        self.logins += 1
        await self._note(request)
        session = f"s{self.logins}"
        return JSONResponse({"error_code": 0, "session": session, "access_token": session, "expires_in": 300})

    async def answer(self, request: Request) -> Response:
        await self._note(request)
        return self.answers.pop(0) if self.answers else JSONResponse(self.shape)

    async def detail(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse(self.record if self.pin_status == 200 else {}, self.pin_status)

    async def _note(self, request: Request) -> None:
        body = (await request.body()).decode()
        self.requests.append(
            {
                "path": request.url.path,
                "query": dict(request.query_params),
                "headers": request.headers,
                "body": body,
            }
        )


@pytest.fixture(params=["national", "opencps", "igate"])
def recorded(request: pytest.FixtureRequest) -> Recorded:
    return Recorded(request.param)


@pytest.fixture
async def system(recorded: Recorded) -> AsyncIterator[DossierSystem]:
    async with served(recorded.app()) as url:
        settings = next(one for one in sandbox_systems(url) if one.contract == recorded.name)
        system = adapter_for(settings)
        yield system
        await system.close()


class TestEveryContract:
    async def test_the_documented_answer_is_read(self, recorded: Recorded, system: DossierSystem) -> None:
        dossier = await system.lookup(recorded.code)
        assert dossier.code == recorded.code
        assert dossier.status is (Status.PROCESSING if recorded.name == "igate" else Status.SUPPLEMENT)
        assert (dossier.received_on, dossier.due_on) == (date(2026, 11, 5), date(2026, 11, 6))
        assert dossier.procedure == "Đăng ký khai sinh"
        assert dossier.done_on is None
        assert not dossier.proven

    async def test_nothing_personal_leaves_the_adapter(self, recorded: Recorded, system: DossierSystem) -> None:
        dossier = await system.lookup(recorded.code, Proof(PHONE_END))
        text = repr(dossier)
        for personal in (PERSONAL, "0900001104", "022000001820", "dau.rieng", PHONE_END, IDENTITY_END):
            assert personal not in text

    @pytest.mark.parametrize("proof", [PHONE_END, IDENTITY_END, "0900001104", "022000001820"])
    async def test_the_end_of_a_number_on_file_is_a_proof(
        self, recorded: Recorded, system: DossierSystem, proof: str
    ) -> None:
        assert (await system.lookup(recorded.code, Proof(proof))).proven

    @pytest.mark.parametrize("proof", ["0000", "4011", "104", "11040", "abcd1104"])
    async def test_anything_else_is_none(self, recorded: Recorded, system: DossierSystem, proof: str) -> None:
        with pytest.raises(WrongProof):
            await system.lookup(recorded.code, Proof(proof))

    async def test_an_empty_list_means_that_there_is_none(self, recorded: Recorded, system: DossierSystem) -> None:
        code = recorded.code
        recorded.empty()
        with pytest.raises(NotFound):
            await system.lookup(code)

    async def test_the_dossier_of_another_code_is_never_shown(
        self, recorded: Recorded, system: DossierSystem
    ) -> None:
        other = DossierCode(recorded.code.unit, "261105", "0124")
        with pytest.raises(Malformed):
            await system.lookup(other)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (lambda: Response("{", 200), Malformed),
            (lambda: Response("[]", 200), Malformed),
            (lambda: Response('{"x":"' + "a" * 3_000_000 + '"}', 200), Malformed),
            (lambda: Response("no", 403), Denied),
            (lambda: Response("no", 500), Unavailable),
            (lambda: Response("no", 418), Malformed),
            (lambda: Response("", 302, {"Location": "http://127.0.0.1:1/"}), Malformed),
        ],
    )
    async def test_a_broken_answer_becomes_a_fault_without_its_text(
        self, recorded: Recorded, system: DossierSystem, answer: Callable[[], Response], error: type[Exception]
    ) -> None:
        recorded.answers = [answer(), answer()]
        with pytest.raises(error) as caught:
            await system.lookup(recorded.code)
        assert PERSONAL not in str(caught.value)
        assert caught.value.__context__ is None or caught.value.__suppress_context__

    async def test_a_passing_fault_is_tried_again_once(self, recorded: Recorded, system: DossierSystem) -> None:
        recorded.answers = [Response("busy", 503)]
        assert (await system.lookup(recorded.code)).code == recorded.code

    async def test_unknown_fields_and_missing_ones_do_no_harm(
        self, recorded: Recorded, system: DossierSystem
    ) -> None:
        keep = {"MaHoSo", "dossierNo", "code"}
        code, record = recorded.code, recorded.record
        for name in set(record) - keep:
            del record[name]
        record["TruongMoi"] = {"hoTen": PERSONAL}
        dossier = await system.lookup(code)
        assert (dossier.status, dossier.due_on) == (Status.UNKNOWN, None)
        assert PERSONAL not in repr(dossier)

    async def test_decomposed_accents_are_read(self, recorded: Recorded, system: DossierSystem) -> None:
        code = recorded.code
        recorded.shape = json.loads(unicodedata.normalize("NFD", json.dumps(recorded.shape, ensure_ascii=False)))
        dossier = await system.lookup(code)
        assert dossier.status is not Status.UNKNOWN

    async def test_it_asks_for_this_code_and_for_nobody(self, recorded: Recorded, system: DossierSystem) -> None:
        await system.lookup(recorded.code)
        asked = recorded.requests[-1]
        sent = asked["body"] + json.dumps(asked["query"])
        assert str(recorded.code) in sent
        assert not {"applicantIdNo", "keyword", "chuHoSo", "hoTen"} & set(asked["query"])


class TestNational:
    @pytest.fixture
    def recorded(self) -> Recorded:
        return Recorded("national")

    @pytest.mark.parametrize("code", ["0", 0])
    async def test_error_code_is_a_number_or_a_string(
        self, recorded: Recorded, system: DossierSystem, code: object
    ) -> None:
        recorded.shape["error_code"] = code
        assert (await system.lookup(recorded.code)).status is Status.SUPPLEMENT

    async def test_the_call_has_the_documented_form(self, recorded: Recorded, system: DossierSystem) -> None:
        await system.lookup(recorded.code)
        login, call = recorded.requests
        assert json.loads(login["body"]) == {"username": "sandbox", "password": "sandbox"}
        assert json.loads(call["body"]) == {
            "session": "s1", "madonvi": "000.00.00.H49", "service": "TraCuuHoSo", "mahoso": str(recorded.code),
        }  # fmt: skip
        assert call["headers"]["dstcode"] == "sandbox"
        assert call["headers"]["content-type"] == "application/json"

    async def test_an_expired_session_is_renewed_once(self, recorded: Recorded, system: DossierSystem) -> None:
        recorded.answers = [JSONResponse({"error_code": "12"})]
        assert (await system.lookup(recorded.code)).code == recorded.code
        assert recorded.logins == 2

    @pytest.mark.parametrize(("code", "error"), [("12", Unavailable), (403, Denied)])
    async def test_a_code_that_stays_is_a_fault(
        self, recorded: Recorded, system: DossierSystem, code: object, error: type[Exception]
    ) -> None:
        recorded.answers = [JSONResponse({"error_code": code}) for _ in range(2)]
        with pytest.raises(error):
            await system.lookup(recorded.code)

    async def test_papers_are_named_in_our_words_only(self, recorded: Recorded, system: DossierSystem) -> None:
        dossier = await system.lookup(recorded.code, Proof(PHONE_END))
        assert (dossier.supplement, dossier.supplement_until) == ("giấy chứng sinh", date(2026, 11, 9))


class TestOpenCps:
    @pytest.fixture
    def recorded(self) -> Recorded:
        return Recorded("opencps")

    async def test_the_call_has_the_documented_form(self, recorded: Recorded, system: DossierSystem) -> None:
        await system.lookup(recorded.code)
        asked = recorded.requests[-1]
        assert asked["query"] == {"start": "0", "end": "1", "dossierNo": str(recorded.code)}
        assert (asked["headers"]["token"], asked["headers"]["groupid"]) == ("sandbox", "1")

    async def test_203_means_a_wrong_pin_and_200_a_right_one(
        self, recorded: Recorded, system: DossierSystem
    ) -> None:
        with pytest.raises(WrongProof):
            await system.lookup(recorded.code, Proof("998877"))
        recorded.pin_status = 200
        assert (await system.lookup(recorded.code, Proof("998877"))).proven
        assert recorded.requests[-1]["query"] == {"secretKey": "998877"}

    @pytest.mark.parametrize(
        ("word", "received", "status"),
        [
            ("new", "", 1), ("receiving", "", 1), ("receiving", "05/11/2026", 2), ("processing", "x", 4),
            ("interoperating", "x", 4), ("handover", "x", 4), ("collecting", "x", 4), ("waiting", "x", 5),
            ("correcting", "x", 5), ("paying", "x", 6), ("releasing", "x", 9), ("posting", "x", 9),
            ("done", "x", 10),
            ("denied", "x", 3), ("cancelled", "x", 7), ("unresolved", "x", 8), ("something", "x", 0),
        ],
    )  # fmt: skip
    def test_words_map_to_the_official_list(self, word: str, received: str, status: int) -> None:
        assert of_opencps(word, received, "test") == status


class TestIgate:
    @pytest.fixture
    def recorded(self) -> Recorded:
        return Recorded("igate")

    async def test_the_call_has_the_documented_form(self, recorded: Recorded, system: DossierSystem) -> None:
        await system.lookup(recorded.code)
        token, call = recorded.requests
        assert token["body"] == "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox"
        assert call["query"] == {"page": "0", "size": "10", "spec": "slice", "code": str(recorded.code)}
        assert call["headers"]["authorization"] == "Bearer s1"

    async def test_a_token_is_shared_and_renewed_once_after_401(
        self, recorded: Recorded, system: DossierSystem
    ) -> None:
        await system.lookup(recorded.code)
        await system.lookup(recorded.code)
        assert recorded.logins == 1
        recorded.answers = [Response("", 401)]
        await system.lookup(recorded.code)
        assert recorded.logins == 2
        recorded.answers = [Response("", 401), Response("", 401)]
        with pytest.raises(Denied):
            await system.lookup(recorded.code)

    async def test_of_several_the_exact_one_is_taken(self, recorded: Recorded, system: DossierSystem) -> None:
        code, other = recorded.code, deepcopy(recorded.record)
        other["code"] = "H49.22-261105-0124"
        recorded.shape["content"].insert(0, other)
        assert (await system.lookup(code)).code == code
        recorded.shape["content"].append(deepcopy(recorded.shape["content"][1]))
        with pytest.raises(Malformed):
            await system.lookup(code)

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("Mới đăng ký", 1), ("Đang chờ tiếp nhận", 1), ("Đã tiếp nhận", 2), ("Không tiếp nhận hồ sơ", 3),
            ("Từ chối tiếp nhận", 3), ("Đang xử lý", 4), ("Chuyển xử lý", 4), ("Đã bổ sung", 4),
            ("Đã thanh toán phí", 4), ("Yêu cầu bổ sung", 5), ("Chờ thanh toán", 6), ("Công dân rút hồ sơ", 7),
            ("Dừng xử lý", 8), ("Đã hủy", 8), ("Đã có kết quả, chờ trả kết quả", 9), ("Đã trả kết quả", 10),
            ("Chuyện lạ", 0), ("", 0),
        ],
    )  # fmt: skip
    def test_names_map_by_whole_words_in_order(self, name: str, status: int) -> None:
        assert of_name(name, "test") == status

    def test_the_table_of_the_deployment_comes_first(self) -> None:
        assert of_name("Đang xử lý", "test", {"đang xử lý": 2}) == 2


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            "20261105083000", "20261105", "05/11/2026 08:30:00", "05/11/2026 08:30", "05/11/2026",
            "2026-11-05T08:30:00+07:00", "2026-11-05T01:30:00Z", "2026-11-05 08:30:00",
            "2026-11-04T18:30:00+00:00",
        ],
    )  # fmt: skip
    def test_three_forms_of_dates_mean_a_day_in_viet_nam(self, text: str) -> None:
        assert read_day(text) == date(2026, 11, 5)

    @pytest.mark.parametrize("text", ["hôm qua", "31/02/2026", "2026", "99999999999999"])
    def test_other_dates_are_malformed(self, text: str) -> None:
        with pytest.raises(Malformed):
            read_day(text)

    @pytest.mark.parametrize(("value", "status"), [("1", 1), (10, 10), ("11", 0), (None, 0), ("x", 0), (True, 0)])
    def test_official_numbers(self, value: object, status: int) -> None:
        assert official(value, "test") == status


def test_an_answer_says_nothing_of_what_it_holds(recorded: Recorded) -> None:
    assert Dossier.__dataclass_fields__.keys() <= {
        "code", "status", "as_of", "proven", "procedure", "agency", "received_on", "due_on", "done_on",
        "supplement_until", "supplement", "to_pay", "collect_at",
    }  # fmt: skip
