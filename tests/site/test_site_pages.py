from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import load_catalogue
from bot.site.router import create_site_router
from bot.site.search import ProcedureSearch

REAL = Path(__file__).parents[2] / "data" / "catalogue"
PAGES = [
    "/",
    "/thu-tuc",
    "/thu-tuc?q=khai+sinh",
    "/thu-tuc?q=xyzxyz",
    "/thu-tuc/1.001193",
    "/thu-tuc/0.000000",
    "/dia-diem",
    "/quyen-rieng-tu",
]


@pytest.mark.parametrize("path", PAGES)
async def test_pages_bring_everything_themselves(site: httpx.AsyncClient, path: str) -> None:
    response = await site.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    loaded = re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="([^"]+)"', response.text)
    assert loaded
    for address in loaded:
        assert address.startswith(("/site/static/", "/widget/"))
        assert (await site.get(address)).status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", response.text)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_says_what_it_is_and_who_answers(site: httpx.AsyncClient, path: str) -> None:
    text = (await site.get(path)).text
    assert "trang minh hoạ" in text
    assert "không phải trang chính thức" in text
    assert "trả lời tự động, không phải cán bộ" in text
    assert not re.search(r"\bhuyện", text)
    assert "<motcua-chat" in text
    assert "Trò chuyện cần JavaScript" in text
    assert '<html lang="vi">' in text


async def test_the_first_page_shows_where_to_begin(site: httpx.AsyncClient) -> None:
    text = (await site.get("/")).text
    assert 'href="/thu-tuc/1.001193"' in text
    assert "Theo thông báo của trung tâm" in text
    assert "Xem cả 3 thủ tục" in text
    assert 'name="q"' in text


async def test_a_procedure_page_shows_facts_with_source_and_date(site: httpx.AsyncClient) -> None:
    text = (await site.get("/thu-tuc/1.001193")).text
    for fact in (
        "Mẫu TK-01", "1 bản chính", "chỉ xuất trình", "1 bản sao chứng thực",
        "Ngay trong ngày làm việc", "Tối đa 3 ngày làm việc",
        "60 ngày kể từ ngày sinh", "Vẫn làm được.", "8.000 đ / bản", "20.000 đ",
        "Nộp trực tiếp, nộp trực tuyến", "Chỉ nhờ được trong một số trường hợp",
        "kiểm tra ngày 17/07/2026",
        'href="https://dichvucong.gov.vn/thu-tuc/1"', 'href="/thu-tuc/1.000894"', "cha mẹ chưa cưới",
    ):  # fmt: skip
        assert fact in text
    assert "trẻ &lt;mới&gt; sinh" in text


async def test_what_is_not_confirmed_or_over_is_not_shown_as_a_number(site: httpx.AsyncClient) -> None:
    text = (await site.get("/thu-tuc/1.001193")).text
    assert "Do Hội đồng nhân dân quy định; mức chưa được xác nhận" in text
    assert "Lệ phí cũ" not in text
    assert "None" not in text
    assert "Mới xác nhận được tên và mã" in (await site.get("/thu-tuc/1.000894")).text
    assert "đã cũ" in (await site.get("/thu-tuc/2.000806")).text


async def test_a_former_code_leads_on_and_an_unknown_one_nowhere(site: httpx.AsyncClient) -> None:
    moved = await site.get("/thu-tuc/9.999999")
    assert (moved.status_code, moved.headers["location"]) == (301, "/thu-tuc/1.001193")
    for code in ("0.000000", "xyz", "<b>"):
        missing = await site.get(f"/thu-tuc/{code}")
        assert missing.status_code == 404
        assert code not in missing.text or code == "xyz"


async def test_a_query_is_shown_as_text(site: httpx.AsyncClient) -> None:
    text = (await site.get("/thu-tuc", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("khai sinh", "1.001193"),
        ("KHAI  SINH", "1.001193"),
        ("dang ky ket hon", "1.000894"),
        ("kết hôn", "1.000894"),
        ("kết hôn với người nước ngoài", "2.000806"),
        ("làm giấy khai sinh cho con cần gì", "1.001193"),
        ("1.000894", "1.000894"),
        ("9.999999", "1.001193"),
        ("xyzxyz", None),
        ("", None),
        ("?!", None),
    ],
)
def test_search_finds_with_and_without_marks(holder, query: str, first: str | None) -> None:  # type: ignore[no-untyped-def]
    found = ProcedureSearch(holder.get()).find(query)
    assert (found[0].code if found else None) == first


async def test_a_new_catalogue_is_searched_at_once(site: httpx.AsyncClient, holder) -> None:  # type: ignore[no-untyped-def]
    assert "Tìm thấy 1 thủ tục" in (await site.get("/thu-tuc?q=khai+sinh")).text
    holder.catalogue = Catalogue([], "empty")
    assert "Chưa tìm thấy" in (await site.get("/thu-tuc?q=khai+sinh")).text
    assert (await site.get("/")).status_code == 200


async def test_static_files_are_asked_for_once(site: httpx.AsyncClient) -> None:
    first = await site.get("/widget/motcua-chat.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = await site.get("/widget/motcua-chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("nothing.js", "..%2frouter.py", "router.py"):
        assert (await site.get(f"/site/static/{name}")).status_code == 404


async def test_any_page_may_load_the_widget_but_not_the_pages(site: httpx.AsyncClient) -> None:
    script = await site.get("/widget/motcua-chat.js")
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in (await site.get("/")).headers


@pytest.mark.parametrize(
    ("named", "is_packed"), [("gzip, br", True), ("br", False), ("gzip;q=0", False), ("", False)]
)
async def test_files_and_pages_are_packed_for_who_can_unpack(
    site: httpx.AsyncClient, named: str, is_packed: bool
) -> None:
    for path in ("/", "/widget/motcua-chat.js", "/site/static/site.css"):
        response = await site.get(path, headers={"Accept-Encoding": named})
        assert (response.headers.get("content-encoding") == "gzip") is is_packed
        assert response.headers["vary"] == "Accept-Encoding"
        assert "motcua" in response.text or path.endswith(".css")


async def test_a_page_on_a_phone_costs_less_than_100_kilobytes(site: httpx.AsyncClient, holder) -> None:  # type: ignore[no-untyped-def]
    holder.catalogue = load_catalogue(REAL)
    for path in ("/", "/thu-tuc", "/dia-diem", "/thu-tuc/1.001193", "/chat"):
        page = await site.get(path)
        loaded = set(re.findall(r'<(?:script|img|link)[^>]*(?:src|href)="([^"]+)"', page.text))
        total = 0
        for address in (path, *loaded, "/site/static/bay.svg"):
            async with site.stream("GET", address) as response:
                total += len(b"".join([chunk async for chunk in response.aiter_raw()]))
        assert total < 100_000


async def test_the_chat_alone_may_be_framed_by_listed_sites_only(holder) -> None:  # type: ignore[no-untyped-def]
    app = FastAPI()
    app.include_router(create_site_router(holder.get, embedders=("https://b.example.vn", "https://a.example.vn")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://site") as client:
        policy = (await client.get("/chat")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://a.example.vn https://b.example.vn")
        assert (await client.get("/")).headers["content-security-policy"].endswith("frame-ancestors 'none'")


async def test_places_show_only_what_is_confirmed(site: httpx.AsyncClient) -> None:
    text = (await site.get("/dia-diem")).text
    assert text.count('class="office"') == 55
    assert "54 phường, xã, đặc khu" in text
    assert "Phường Hạ Long" in text
    assert "Đặc khu Vân Đồn" in text
    assert "đang cập nhật" in text
    assert "1900" not in text


async def test_a_procedure_page_opens_the_chat_on_it(site: httpx.AsyncClient) -> None:
    assert '<motcua-chat procedure="1.001193">' in (await site.get("/thu-tuc/1.001193")).text
    assert "<motcua-chat>" in (await site.get("/")).text


async def test_head_is_answered_like_get(site: httpx.AsyncClient) -> None:
    assert (await site.head("/")).status_code == 200


async def test_every_curated_procedure_has_a_page(site: httpx.AsyncClient, holder) -> None:  # type: ignore[no-untyped-def]
    holder.catalogue = load_catalogue(REAL)
    for procedure in holder.catalogue:
        response = await site.get(f"/thu-tuc/{procedure.code}")
        assert response.status_code == 200
        assert ">None<" not in response.text
