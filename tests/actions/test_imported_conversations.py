"""Conversations about procedures that only the national portal describes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from talking import Talk

from bot.asking import throwaway_service
from bot.catalogue.imports.run import Importer
from bot.service import Service
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.releases import Release

GLASS, GLASS_COMMUNE, BUFFALO = "2.900001", "2.900002", "2.900003"
FULL_NAME = "Cấp giấy phép biểu diễn thổi thủy tinh nghệ thuật ngoài trời"
PAPERS = [f"Bản vẽ lò nung số {number}" for number in range(1, 15)]


def row(code: str, name: str, level: str, fee: str = "", papers: list[str] | None = None) -> dict[str, Any]:
    return {
        "ma_thu_tuc": code,
        "detail_url": "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/mau",
        "ten_thu_tuc": name,
        "so_quyet_dinh": "12/QĐ-BTP",
        "cap_thuc_hien": level,
        "linh_vuc": "Thủ công mỹ nghệ",
        "doi_tuong_thuc_hien": "Công dân Việt Nam",
        "co_quan_thuc_hien": "Sở Thủ công",
        "trinh_tu_thuc_hien": "- Bước 1: Người thợ gửi hồ sơ.\n- Bước 2: Sở Thủ công trả giấy.",
        "thanh_phan_ho_so": "--",
        "ket_qua_xu_ly": "Giấy phép thổi thủy tinh",
        "cach_thuc": [
            {"hinh_thuc": "Trực tiếp", "thoi_han_hien_thi": "5 Ngày làm việc", "phi_hien_thi": fee,
             "ghi_chu_phi": "", "mo_ta": ""}
        ],
        "giay_to": [
            {"truong_hop": "", "ten": name, "so_luong": "1 bản chính", "la_ghi_chu": False}
            for name in papers or ["Đơn xin phép"]
        ],
        "can_cu_so_hieu": ["01/2026/TT-CC"],
        "canh_bao": [],
    }  # fmt: skip


ROWS = [
    row(GLASS, FULL_NAME, "Cấp tỉnh", papers=PAPERS),
    row(GLASS_COMMUNE, FULL_NAME, "Cấp xã", fee="Miễn phí"),
    row(BUFFALO, "Công nhận nghệ nhân điều khiển trâu kéo gỗ lim", "Cấp tỉnh", fee="Miễn phí"),
]


@pytest.fixture(scope="module")
async def portal_service(tmp_path_factory: pytest.TempPathFactory, release: Release) -> AsyncIterator[Service]:
    """A service whose database holds a small import."""
    folder: Path = tmp_path_factory.mktemp("portal")
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    settings = Settings(state_dir=folder)
    database = Database(settings.database_url)
    await migrate(database)
    day = date(2026, 7, 17)
    await Importer(database, today=date(2026, 11, 24), collected_on=day).run(folder / "rows.jsonl")
    await database.close()
    async with throwaway_service(settings, release) as service:
        yield service


@pytest.fixture
def ask(portal_service: Service) -> Talk:
    return Talk(portal_service)


async def test_what_the_portal_has_is_offered_with_the_level_and_a_way_out(ask: Talk) -> None:
    said = await ask("xin biểu diễn thổi thủy tinh nghệ thuật cần giấy tờ gì")
    assert (said.outcome, set(said.offers)) == ("clarify", {GLASS, GLASS_COMMUNE})
    assert [title.rpartition("(")[2] for title in said.titles[:2]] == ["cấp tỉnh)", "cấp xã)"]
    assert said.titles[-1] == "Không phải các mục trên"


async def test_the_chosen_one_is_answered_in_the_aspect_asked(ask: Talk) -> None:
    await ask("thổi thủy tinh nghệ thuật ngoài trời cần giấy tờ gì")
    said = await ask("1")
    assert (said.outcome, said.procedure, said.aspect) == ("answer", GLASS, "documents")
    assert "Theo Cổng Dịch vụ công quốc gia, cập nhật ngày 17/07/2026" in said.text


async def test_follow_ups_stay_with_it_and_a_doubtful_fee_is_withheld(ask: Talk) -> None:
    await ask("nghệ nhân điều khiển trâu kéo gỗ lim thì làm thế nào")
    await ask("1")
    said = await ask("lệ phí bao nhiêu")
    assert (said.outcome, said.procedure, said.aspect) == ("answer", BUFFALO, "fee")
    assert "chưa xác nhận" in said.text
    assert "miễn phí" not in said.text.lower()


async def test_the_official_name_is_answered_at_once(ask: Talk) -> None:
    said = await ask("cong nhan nghe nhan dieu khien trau keo go lim")
    assert (said.outcome, said.procedure) == ("answer", BUFFALO)


async def test_a_question_without_subject_stays_with_it(ask: Talk) -> None:
    await ask("cong nhan nghe nhan dieu khien trau keo go lim")
    said = await ask("cần giấy tờ gì")
    assert (said.outcome, said.procedure, said.aspect) == ("answer", BUFFALO, "documents")


async def test_a_long_list_has_more(ask: Talk) -> None:
    await ask("thổi thủy tinh nghệ thuật ngoài trời cần giấy tờ gì")
    short = await ask("1")
    full = await ask("Xem thêm")
    assert ("Xem thêm" in short.titles, PAPERS[-1] in short.text) == (True, False)
    assert (full.procedure, PAPERS[-1] in full.text) == (GLASS, True)


async def test_going_back_finds_it_again(ask: Talk) -> None:
    await ask("cong nhan nghe nhan dieu khien trau keo go lim")
    await ask("đăng ký khai sinh cần giấy tờ gì")
    assert (await ask("quay lại thủ tục lúc nãy")).procedure == BUFFALO


async def test_none_of_these_is_accepted(ask: Talk) -> None:
    await ask("biểu diễn thổi thủy tinh nghệ thuật")
    said = await ask("Không phải các mục trên")
    assert (said.outcome, said.offers) == ("clarify", [])


@pytest.mark.parametrize(
    ("question", "code"),
    [("đăng ký khai sinh cần giấy tờ gì", "1.001193"), ("phi dang ky ket hon", "1.000894")],
)
async def test_curated_procedures_are_answered_as_before(ask: Talk, question: str, code: str) -> None:
    said = await ask(question)
    assert (said.outcome, said.procedure) == ("answer", code)


@pytest.mark.parametrize(
    "question", ["tối nay có phim gì hay", "kể chuyện cười đi", "gia vang hom nay", "thổi kèn bóng đá ở đâu vui"]
)
async def test_what_is_outside_our_work_gets_no_offer(ask: Talk, question: str) -> None:
    said = await ask(question)
    assert (said.procedure, [code for code in said.offers if code.startswith("2.9000")]) == (None, [])
