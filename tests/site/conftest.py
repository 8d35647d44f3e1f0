from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import load_catalogue
from bot.site.router import create_site_router

FILE = """
field: Hộ tịch
ministry: Bộ Tư pháp
procedures:
- code: "1.001193"
  codes_old: ["9.999999"]
  official_name: Thủ tục đăng ký khai sinh
  short_name: Đăng ký khai sinh
  summary: Làm giấy khai sinh cho trẻ <mới> sinh.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/1", checked_on: 2026-07-17}
  agency: {level: [commune], decides: Ủy ban nhân dân cấp xã, receives: [Trung tâm bất kỳ]}
  channels: [direct, online]
  times:
  - {unit: same_day}
  - {amount_max: 3, unit: working_day, condition: phải xác minh}
  fees:
  - {name: Lệ phí đúng hạn, amount: 0, source: "85/2019/TT-BTC"}
  - {name: Lệ phí quá hạn, amount: null, set_by: provincial_council}
  - {name: Lệ phí cũ, amount: 50000, valid_to: 2020-12-31}
  - {name: Phí trích lục, kind: phi, amount: 8000, per: bản}
  documents:
  - {name: Tờ khai, originals: 1, form: TK-01}
  - {name: Giấy tờ tuỳ thân, mode: show}
  - {name: Giấy tờ khác, copy_kind: certified}
  steps: [Nộp hồ sơ., Nhận kết quả.]
  deadlines:
  - {duty: Đi khai sinh cho con, amount: 60, unit: day, counted_from: ngày sinh, if_late: vẫn làm được}
  authorization: {rule: limited, text: Phải có văn bản uỷ quyền.}
  cases:
  - {id: late, name: Quá hạn, when: sau 60 ngày, fees: [{name: Lệ phí, amount: 20000}]}
  related: [{code: "1.000894", relation: confused_with, when: cha mẹ chưa cưới}]
  aliases: [làm giấy khai sinh]
- code: "1.000894"
  official_name: Thủ tục đăng ký kết hôn
  short_name: Đăng ký kết hôn
  status: name_only
  summary: Đăng ký kết hôn trong nước.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/2", checked_on: 2026-07-17}
  agency: {level: [commune], decides: Ủy ban nhân dân cấp xã}
- code: "2.000806"
  official_name: Thủ tục đăng ký kết hôn có yếu tố nước ngoài
  short_name: Kết hôn có yếu tố nước ngoài
  status: obsolete_listing
  summary: Đăng ký kết hôn với người nước ngoài.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/3", checked_on: 2026-07-17}
  agency: {level: [province], decides: Ủy ban nhân dân cấp xã}
"""


class Holder:
    """The catalogue in use, as the service holds it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def get(self) -> Catalogue:
        return self.catalogue


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    (tmp_path / "ho_tich.yml").write_text(FILE, encoding="utf-8")
    return Holder(load_catalogue(tmp_path))


@pytest.fixture
async def site(holder: Holder) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(create_site_router(holder.get))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        yield client
