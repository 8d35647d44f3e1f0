"""Files between citizens and officers: what is taken, what is refused, who gets it, and when it is gone."""

from __future__ import annotations

import struct
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from floor_support import HOA, LAN, NAM, Floor, WebCitizen, emptied, floor, until
from sqlalchemy import update

from bot.attachments.identity_cards import looks_like_identity_paper
from bot.attachments.kinds import Kind, recognise
from bot.attachments.links import LinkSigner
from bot.attachments.names import clean_name
from bot.attachments.picture_size import picture_size
from bot.attachments.scanning import Finding, Scanner
from bot.clock import now
from bot.storage.attachment_tables import attachments


def jpeg(width: int = 1200, height: int = 900, size: int = 400) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    head = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + bytes(9)
    return (head + frame).ljust(size, b"\x00")


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(40)


def webp(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x64\x00\x00\x00WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + bytes(30)


PDF = b"%PDF-1.7\n1 0 obj\n"


class TestKinds:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [(jpeg(), Kind.JPEG), (png(9, 9), Kind.PNG), (webp(9, 9), Kind.WEBP), (PDF, Kind.PDF),
         (b"OggS\x00\x02", Kind.OGG), (b"GIF89a", None), (b"MZ\x90", None), (b"PK\x03\x04", None),
         (b" %PDF-1.7", None), (b"<svg xmlns=", None), (b"", None), (b"RIFF....WAVE", None)],
    )  # fmt: skip
    def test_by_the_first_bytes(self, content: bytes, kind: Kind | None) -> None:
        assert recognise(content) is kind

    @pytest.mark.parametrize(
        ("content", "kind"),
        [(jpeg(1000, 630), Kind.JPEG), (png(1000, 630), Kind.PNG), (webp(1000, 630), Kind.WEBP)],
    )
    def test_the_size_of_a_picture(self, content: bytes, kind: Kind) -> None:
        assert picture_size(content, kind) == (1000, 630)
        for length in range(len(content)):
            # Cut off anywhere, it is no size or the same one, never an error.
            assert picture_size(content[:length], kind) in {None, (1000, 630)}


class TestNames:
    @pytest.mark.parametrize(
        ("given", "clean"),
        [
            ("đơn xin.pdf.exe", "đơn xin.pdf.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Ảnh\\nhà.PNG", "nhà.jpg"),
            ("a\u202egnp.jpg", "agnp.jpg"),
            ("\x00\n<script>.jpg", "script.jpg"),
            (".htaccess", "ảnh.jpg"),
            ("", "ảnh.jpg"),
            ("022190001234.jpg", "[CCCD].jpg"),
            ("x" * 300 + ".jpg", "x" * 60 + ".jpg"),
        ],
    )
    def test_harmless(self, given: str, clean: str) -> None:
        assert clean_name(given, Kind.JPEG) == clean


class TestIdentityPapers:
    @pytest.mark.parametrize(
        ("name", "caption"),
        [("cccd_mat_truoc.jpg", ""), ("IMG-CMND.png", ""), ("a.jpg", "căn cước của tôi đây"),
         ("a.jpg", "ho chieu"), ("a.jpg", "Chứng minh nhân dân"), ("022190001234.jpg", "")],
    )  # fmt: skip
    def test_by_words(self, name: str, caption: str) -> None:
        assert looks_like_identity_paper(jpeg(), Kind.JPEG, name, caption)

    @pytest.mark.parametrize("size", [(1586, 1000), (1000, 1586), (860, 540), (1011, 638)])
    def test_by_the_shape_of_a_cut_out_card(self, size: tuple[int, int]) -> None:
        assert looks_like_identity_paper(jpeg(*size), Kind.JPEG, "a.jpg")

    @pytest.mark.parametrize("size", [(1600, 1200), (1920, 1080), (3000, 2000), (1240, 1754), (159, 100)])
    def test_pictures_of_cameras_and_pages_pass(self, size: tuple[int, int]) -> None:
        assert not looks_like_identity_paper(jpeg(*size), Kind.JPEG, "IMG_2041.jpg", "giấy chứng sinh của cháu")


class TestScanner:
    @pytest.mark.parametrize(
        ("program", "finding"),
        [("pass", Finding.CLEAN), ("raise SystemExit(1)", Finding.INFECTED),
         ("raise SystemExit(2)", Finding.UNKNOWN), ("import time; time.sleep(60)", Finding.UNKNOWN)],
    )  # fmt: skip
    async def test_exit_codes(self, tmp_path: Path, program: str, finding: Finding) -> None:
        seconds = 0.3 if "sleep" in program else 30.0
        assert await Scanner(f'{sys.executable} -c "{program}" {{file}}', seconds).scan(tmp_path) is finding

    async def test_a_missing_scanner_lets_nothing_pass(self, tmp_path: Path) -> None:
        assert await Scanner("/no/such/scanner").scan(tmp_path) is Finding.UNKNOWN

    async def test_a_name_meets_no_shell(self, tmp_path: Path) -> None:
        path = tmp_path / "a; exit 1"
        check = "import sys; raise SystemExit(0 if sys.argv[1].endswith('a; exit 1') else 1)"
        assert await Scanner(f'{sys.executable} -c "{check}"').scan(path) is Finding.CLEAN


class TestLinks:
    def test_only_ours_and_only_in_time(self) -> None:
        moment = [1_000_000.0]
        signer = LinkSigner(["new key", "old key"], lambda: moment[0])
        query = signer.path("abc", 60).partition("?")[2]
        until, signature = (part.partition("=")[2] for part in query.split("&"))
        assert signer.is_valid("abc", until, signature)
        assert not signer.is_valid("abd", until, signature)
        assert not signer.is_valid("abc", str(int(until) + 1), signature)
        assert not signer.is_valid("abc", until, signature[:-1])
        assert not signer.is_valid("abc", "٣", signature)
        assert LinkSigner(["newest", "new key"], lambda: moment[0]).is_valid("abc", until, signature)
        moment[0] += 60
        assert not signer.is_valid("abc", until, signature)


@pytest.fixture
async def running(tmp_path: Path, url: str) -> AsyncIterator[Floor]:
    await emptied(url)
    async with floor(tmp_path, url) as running:
        await running.lists()
        yield running


@pytest.fixture
async def small(tmp_path: Path, small_url: str) -> AsyncIterator[Floor]:
    async with floor(tmp_path, small_url) as running:
        await running.lists()
        yield running


async def held_on(running: Floor, platform: str) -> int:
    """Have a citizen of a chat platform talk with Lan; return the thread."""
    if platform == "telegram":
        running.telegram.say(HOA, "gặp cán bộ")
        await until(lambda: any(title == "Đồng ý" for _, title, _ in running.telegram.buttons(HOA)))
        message, _, data = next(found for found in running.telegram.buttons(HOA) if found[1] == "Đồng ý")
        running.telegram.tap(HOA, message, data)
    else:
        running.zalo.say(NAM, "gặp cán bộ")
        await until(lambda: any(title == "Đồng ý" for title, _ in running.zalo.buttons(NAM)))
        running.zalo.tap(NAM, next(data for title, data in running.zalo.buttons(NAM) if title == "Đồng ý"))
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.quiet()
    running.group.says(LAN, thread, "/nhan")
    await until(lambda: running.is_status(thread, "human"))
    await running.quiet()
    return thread


class TestFromCitizens:
    async def test_on_the_website(self, running: Floor) -> None:
        citizen, thread = await running.talks()
        response = await citizen.sends(jpeg(), "../giấy chứng sinh.png")
        assert response.status_code == 202, response.text
        assert response.json()["name"] == "giấy chứng sinh.jpg"
        await running.shown(thread, "giấy chứng sinh.jpg")
        html = running.group.sent(thread)[-1]["html"]
        path = html.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        opened = await running.http.get(path)
        assert (opened.status_code, opened.content) == (200, jpeg())
        assert opened.headers["content-type"] == "image/jpeg"
        assert "sandbox" in opened.headers["content-security-policy"]
        spoiled = await running.http.get(path.replace("ky=", "ky=x"))
        assert spoiled.status_code == 403

    async def test_the_same_upload_again_is_one_message(self, small: Floor) -> None:
        citizen, _ = await small.talks()
        for _ in range(2):
            response = await citizen.sends(PDF, "đơn.pdf", client_msg_id="the-same-id")
            assert response.status_code == 202
        assert response.json()["duplicate"]
        assert len(await small.rows_of(attachments)) == 1
        assert await small.kept.files.total() == len(PDF)

    @pytest.mark.parametrize("platform", ["telegram", "zalo"])
    async def test_on_a_chat_platform(self, running: Floor, platform: str) -> None:
        thread = await held_on(running, platform)
        if platform == "telegram":
            running.telegram.post_file(HOA, PDF, "đơn.pdf", "application/pdf")
        else:
            running.zalo.post_file(NAM, running.zalo_address, PDF, "đơn.pdf")
        await running.shown(thread, "[tệp]")
        await until(lambda: _states(running, ["ready"]))
        (row,) = await running.rows_of(attachments)
        assert (row.kind, row.name, row.source) == ("pdf", "đơn.pdf", None)
        assert await running.kept.files.read(row.id) == PDF

    async def test_an_album_comes_whole(self, small: Floor) -> None:
        await held_on(small, "telegram")
        for number in range(3):
            small.telegram.post_file(HOA, jpeg(size=500 + number), "", media_group_id="g7")
        await until(lambda: _states(small, ["ready"] * 3))

    async def test_before_an_officer_is_there_nothing_is_taken(self, small: Floor) -> None:
        citizen = await small.citizen()
        response = await citizen.sends(jpeg())
        assert (response.status_code, response.json()["error"]["code"]) == (409, "no_officer")
        small.telegram.post_file(HOA, PDF, "đơn.pdf", "application/pdf")
        await until(lambda: bool(small.telegram.sent(HOA)))
        await small.quiet()
        assert await small.rows_of(attachments) == []
        assert not small.recorder.calls("getFile")


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "name", "status", "code"),
        [(b"MZ\x90\x00", "virus.pdf", 415, "refused_type"), (b"", "a.jpg", 422, "refused_empty"),
         (jpeg(size=5_000_001), "a.jpg", 413, "refused_size"),
         (jpeg(1586, 1000), "a.jpg", 422, "refused_identity")],
    )  # fmt: skip
    async def test_on_the_website(self, small: Floor, content: bytes, name: str, status: int, code: str) -> None:
        citizen, _ = await small.talks()
        response = await citizen.sends(content, name)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        assert response.json()["error"]["message"].endswith(".")
        assert await small.kept.files.total() == 0

    async def test_an_endless_body_is_cut_off(self, small: Floor) -> None:
        citizen, _ = await small.talks()

        async def endless() -> AsyncIterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            for _ in range(200):
                yield bytes(100_000)

        headers = citizen.headers | {"Content-Type": "multipart/form-data; boundary=x"}
        response = await small.http.post("/api/web/attachments", content=endless(), headers=headers)
        assert response.status_code == 413

    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [(b"x", "multipart/form-data", 400), (b"--x--", "multipart/form-data; boundary=x", 422),
         (b"{}", "application/json", 415)],
    )  # fmt: skip
    async def test_nonsense(self, small: Floor, body: bytes, kind: str, status: int) -> None:
        citizen, _ = await small.talks()
        headers = citizen.headers | {"Content-Type": kind}
        response = await small.http.post("/api/web/attachments", content=body, headers=headers)
        assert response.status_code == status, response.text

    async def test_too_many(self, small: Floor) -> None:
        citizen, _ = await small.talks()
        statuses = [(await citizen.sends(PDF, f"{number}.pdf")).status_code for number in range(6)]
        assert statuses == [202] * 5 + [429]

    async def test_an_identity_card_is_refused_and_the_officer_is_warned(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        assert (await citizen.sends(jpeg(), "cccd.jpg")).status_code == 422
        assert any("giấy tờ tuỳ thân" in text for text in await citizen.texts("system"))
        await small.shown(thread, "[tệp bị từ chối]")

    async def test_an_identity_card_on_telegram(self, running: Floor) -> None:
        thread = await held_on(running, "telegram")
        running.telegram.post_file(HOA, jpeg(), "", caption="căn cước của tôi")
        await until(lambda: "giấy tờ tuỳ thân" in running.telegram.sent(HOA)[-1]["text"])
        (row,) = await running.rows_of(attachments)
        assert (row.state, row.reason, row.name) == ("refused", "identity", "")
        assert await running.kept.files.total() == 0
        await running.shown(thread, "căn cước của tôi")

    async def test_what_the_scanner_finds_is_refused(self, tmp_path: Path, small_url: str) -> None:
        scan = f"{sys.executable} -c 'raise SystemExit(1)'"
        async with floor(tmp_path, small_url, attachment_scan=scan) as small:
            await small.lists()
            citizen, _ = await small.talks()
            response = await citizen.sends(PDF, "a.pdf")
            assert response.json()["error"]["code"] == "refused_infected"
            assert await small.kept.files.total() == 0

    async def test_a_platform_that_does_not_give_it_is_said(self, small: Floor) -> None:
        await held_on(small, "zalo")
        small.zalo.post(
            NAM, "image", {"attachments": [{"type": "image", "payload": {"url": "https://evil.example/x"}}]}
        )
        await until(lambda: _states(small, ["refused"]))
        await until(lambda: "chưa tải được tệp" in small.zalo.sent(NAM)[-1]["message"])


class TestFromOfficers:
    @pytest.mark.parametrize("platform", ["web", "telegram", "zalo"])
    async def test_a_document_reaches_the_citizen(self, running: Floor, platform: str) -> None:
        citizen = None
        if platform == "web":
            citizen, thread = await running.talks()
        else:
            thread = await held_on(running, platform)
        fields = running.telegram.file_fields(PDF, "mẫu đơn.pdf", "application/pdf")
        running.group.says(LAN, thread, caption="Mẫu đơn đây ạ", **fields)
        if isinstance(citizen, WebCitizen):
            await until(lambda: _has_file(citizen))
            item = (await citizen.reads())[-1]
            assert (item["text"], item["attachment"]["name"]) == ("Mẫu đơn đây ạ", "mẫu đơn.pdf")
            opened = await running.http.get(item["attachment"]["url"])
            assert opened.content == PDF
            assert opened.headers["content-disposition"].startswith("attachment")
        elif platform == "telegram":
            await until(lambda: "document" in running.telegram.sent(HOA)[-1])
            assert running.telegram.sent(HOA)[-1]["caption"] == "Cán bộ: Mẫu đơn đây ạ"
        else:
            await until(lambda: "file" in running.zalo.sent(NAM)[-1])
            assert running.zalo.uploads[running.zalo.sent(NAM)[-1]["file"]] == PDF

    async def test_what_zalo_does_not_take_comes_as_a_link(self, small: Floor) -> None:
        thread = await held_on(small, "zalo")
        fields = small.telegram.file_fields(webp(900, 600), "", "image/webp")
        small.group.says(LAN, thread, caption="Ảnh mẫu", **fields)
        await until(lambda: "/tep/" in small.zalo.sent(NAM)[-1]["message"])
        link = small.zalo.sent(NAM)[-1]["message"].partition(": ")[2]
        assert (await small.http.get(link)).content == webp(900, 600)

    async def test_a_file_that_comes_twice_is_sent_once(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.telegram.pusher.habits.doubled = 1.0
        small.group.says(LAN, thread, **small.telegram.file_fields(PDF, "a.pdf", "application/pdf"))
        await until(lambda: _has_file(citizen))
        await small.quiet()
        assert len(await citizen.texts("officer")) == 1
        assert await small.kept.files.total() == len(PDF)

    async def test_a_sticker_is_not_passed_on(self, small: Floor) -> None:
        citizen, thread = await small.talks()
        small.group.says(LAN, thread, sticker={"file_id": "x"})
        await small.shown(thread, "người dân không nhận được")
        assert await citizen.texts("officer") == []


class TestGone:
    async def test_after_the_talk(self, running: Floor) -> None:
        citizen, thread = await running.talks()
        await citizen.sends(PDF, "a.pdf")
        assert await running.kept.tidy_up() == 0
        running.group.says(LAN, thread, "/xong")
        await until(lambda: running.is_status(thread, "ended"))
        assert await running.kept.tidy_up() == 0
        async with running.database.write() as connection:
            await connection.execute(update(attachments).values(expires_at=now() - timedelta(seconds=1)))
        assert await running.kept.tidy_up() == 1
        (row,) = await running.rows_of(attachments)
        assert (row.state, row.name) == ("gone", "")
        assert await running.kept.files.total() == 0
        opened = await running.http.get(running.kept.links.path(row.id, 60))
        assert (opened.status_code, "không còn" in opened.text) == (404, True)

    async def test_while_a_person_holds_it_it_stays(self, small: Floor) -> None:
        citizen, _ = await small.talks()
        await citizen.sends(PDF, "a.pdf")
        async with small.database.write() as connection:
            await connection.execute(update(attachments).values(expires_at=now() - timedelta(seconds=1)))
        assert await small.kept.tidy_up() == 0
        assert await small.kept.files.total() == len(PDF)

    async def test_with_the_data_of_its_citizen(self, running: Floor) -> None:
        citizen, _ = await running.talks()
        await citizen.sends(PDF, "a.pdf")
        response = await running.http.delete("/api/web/sessions/current", headers=citizen.headers)
        assert response.status_code == 204
        assert await running.rows_of(attachments) == []
        await running.kept.drop_orphans()
        assert await running.kept.files.total() == 0

    async def test_what_belongs_to_nothing_is_swept(self, small: Floor) -> None:
        orphan = await small.kept.check(PDF, "a.pdf")
        assert await small.kept.drop_orphans(3600) == 0
        assert await small.kept.drop_orphans() == 1
        assert await small.kept.files.read(orphan.id) is None


async def _states(running: Floor, wanted: list[str]) -> bool:
    return [row.state for row in await running.rows_of(attachments)] == wanted


async def _has_file(citizen: WebCitizen) -> bool:
    return any("attachment" in item for item in await citizen.reads())
