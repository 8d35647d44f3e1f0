"""Answers about procedures that are not curated: what the national portal says, where it is clean.

Every answer says that it repeats the portal, with the day the page was read. A withheld fact is answered
by an honest sentence and the address; nothing that carries a trap is shown as fact (procedures.md §4,
§9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from bot.catalogue.answers.compose import HEADINGS, NAME_ONLY, OBSOLETE, Answer
from bot.catalogue.answers.phrases import LONGEST_LIST, by_channels, joined, lower_first, sentence
from bot.catalogue.answers.place import PORTAL
from bot.catalogue.facts import Channel
from bot.catalogue.imported import Flag, ImportedPaper, ImportedProcedure, Part
from bot.catalogue.imports.wording import cut
from bot.catalogue.model import Aspect, Level, Status
from bot.catalogue.text import UNITS, day, money


@dataclass(frozen=True, slots=True)
class Room:
    """How long a list may become."""

    body: int = 540
    """Characters between title and source, so that the whole answer stays near 900."""
    lines: int = LONGEST_LIST
    line: int = 220


SHORT = Room()
FULL = Room(body=3_000, lines=60, line=600)
"""As long as one message of the strictest channel allows (Telegram: 4,096 characters)."""
LEVELS = {
    Level.COMMUNE: "cấp xã",
    Level.PROVINCE: "cấp tỉnh",
    Level.MINISTRY: "cấp bộ",
    Level.OTHER: "cơ quan khác",
}
BARE_HEADINGS = frozenset({"trình tự thực hiện", "cách thức thực hiện", "các bước thực hiện"})
"""Lines of the page that head its steps and say nothing."""
NO_TITLE = (
    "Cổng Dịch vụ công quốc gia đang hiện nội dung của tỉnh khác cho mã này, "
    "nên tôi không nêu tên và chi tiết. "
    "Anh/chị hỏi Trung tâm Phục vụ hành chính công cấp xã để được hướng dẫn đúng."
)
FEE_WITHHELD = (
    "Tôi chưa xác nhận được mức thu: số tiền trên trang nguồn không rõ, "
    "hoặc không khớp với ghi chú của chính trang đó. "
    "Anh/chị hỏi nơi nộp hồ sơ hoặc xem trang nguồn trước khi nộp tiền."
)
FEE_ZERO = (
    "Trang nguồn để mức thu bằng 0 nhưng không nói rõ là được miễn, nên tôi chưa xác nhận. "
    "Anh/chị hỏi nơi nộp hồ sơ trước khi nộp."
)
TIME_WITHHELD = (
    "Tôi chưa xác nhận được thời hạn: trang nguồn ghi thiếu đơn vị hoặc gộp nhiều trường hợp. "
    "Ngày hẹn trả được ghi trên giấy tiếp nhận hồ sơ."
)
DOCUMENTS_WITHHELD = (
    "Danh sách giấy tờ trên trang nguồn bị thiếu hoặc bị cắt, nên tôi không nêu lại. "
    "Anh/chị xem trang nguồn hoặc hỏi nơi nộp hồ sơ trước khi chuẩn bị."
)
STEPS_WITHHELD = "Các bước trên trang nguồn bị cắt giữa chừng hoặc còn ghi cơ quan cấp cũ, nên tôi không nêu lại."
AGENCY_WITHHELD = (
    "Trang nguồn còn ghi cơ quan cấp cũ hoặc cơ quan của tỉnh khác, nên tôi không nêu tên cơ quan. "
    "Anh/chị hỏi Trung tâm Phục vụ hành chính công cấp xã."
)
NOT_SAID = "Trang nguồn không ghi mục này. Anh/chị hỏi nơi nộp hồ sơ."
FORM = (
    "Mẫu đơn của thủ tục này chưa được xác nhận trong danh mục của tôi. "
    "Anh/chị tải mẫu ở trang nguồn hoặc lấy tại quầy."
)
DEADLINE = (
    "Hạn phải làm thủ tục này chưa được xác nhận trong danh mục của tôi. "
    "Nếu anh/chị lo bị trễ, hãy hỏi nơi nhận hồ sơ trước."
)
AUTHORIZATION = (
    "Việc nhờ người khác nộp thay chưa được xác nhận trong danh mục của tôi. "
    "Anh/chị hỏi nơi nhận hồ sơ trước khi nhờ người đi thay."
)


def compose_imported(
    procedure: ImportedProcedure, aspect: Aspect, on: date, *, everything: bool = False
) -> Answer:
    """Return the answer to `aspect`.

    Args:
        procedure: As imported.
        aspect: What was asked.
        on: An amount whose last day lies before is not shown.
        everything: Long lists are shown as far as one message goes, instead of their beginning.
    """
    title = procedure.short_name + (f" – {HEADINGS[aspect]}" if HEADINGS[aspect] else "")
    has_more = False
    if procedure.is_withheld(Part.TITLE):
        body = f"{NO_TITLE}\nMã thủ tục: {procedure.code}."
    elif procedure.status is Status.NAME_ONLY:
        body = f"{NAME_ONLY}\nMã thủ tục: {procedure.code}."
    elif procedure.status is Status.OBSOLETE_LISTING:
        body = f"{OBSOLETE}\nMã thủ tục: {procedure.code}."
    else:
        body, has_more = BODIES[aspect](procedure, on, FULL if everything else SHORT)
        has_more &= not everything
        if procedure.old_laws:
            body += f"\n{_old_law(procedure)}"
    return Answer(f"{title}\n{body}\n{_source(procedure)}", (procedure.source_url,), has_more=has_more)


def _source(procedure: ImportedProcedure) -> str:
    if procedure.collected_on:
        when = f"cập nhật ngày {day(procedure.collected_on)}"
    elif procedure.imported_on:
        when = f"nhập ngày {day(procedure.imported_on)}, nguồn không ghi ngày lấy"
    else:
        when = "chưa rõ ngày lấy"
    return f"Theo Cổng Dịch vụ công quốc gia, {when}\n{procedure.source_url}"


def _old_law(procedure: ImportedProcedure) -> str:
    old, new = procedure.old_laws[0]
    return f"Lưu ý: trang nguồn còn dẫn luật cũ {old} (nay là {new}); anh/chị hỏi lại nơi nộp hồ sơ."


def _listed(items: Iterable[str], rest: str, room: Room, used: int = 0) -> tuple[str, bool]:
    """Return items as lines while there is room, then how many are left."""
    lines = [_ended(cut(item, room.line)) for item in items]
    shown: list[str] = []
    for line in lines:
        if len(shown) == room.lines or (shown and sum(map(len, shown)) + len(line) > room.body - used):
            break
        shown.append(f"• {line}")
    left = len(lines) - len(shown)
    if left:
        shown.append(f"(còn {left} {rest} khác, xem trang nguồn)")
    return "\n".join(shown), left > 0


def _ended(text: str) -> str:
    text = text.strip(" ;,")
    return text if text.endswith((".", ":", "…", "?")) else f"{text}."


def _paper(paper: ImportedPaper) -> str:
    counts = []
    if paper.originals:
        counts.append(f"{paper.originals} bản chính")
    if paper.copies:
        counts.append(f"{paper.copies} bản sao")
    amount = f": {' và '.join(counts)}" if counts else ""
    return cut(paper.name, FULL.line - len(amount) - 2) + amount


def _documents(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    if not procedure.documents:
        return DOCUMENTS_WITHHELD, False
    cases = dict.fromkeys(paper.case for paper in procedure.documents)
    if len(cases) == 1:
        lead = "Giấy tờ theo trang nguồn:"
        text, more = _listed(map(_paper, procedure.documents), "giấy tờ", room, len(lead))
        return f"{lead}\n{text}", more
    lead = f"Trang nguồn chia {len(cases)} phần giấy tờ. Anh/chị xem phần hợp với mình:"
    rows = []
    for case in cases:
        papers = [paper.name for paper in procedure.documents if paper.case == case]
        rows.append(f"{cut(case or 'Giấy tờ chung', 90)}: {lower_first(cut('; '.join(papers), room.line - 20))}")
    text, more = _listed(rows, "phần", room, len(lead))
    return f"{lead}\n{text}", more or any(row.endswith("…") for row in rows)


def _fee(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    fee = procedure.fee
    if fee is None and Flag.FREE_UNPROVEN in procedure.flags:
        return FEE_ZERO, False
    if fee is None:
        return (FEE_WITHHELD if procedure.is_withheld(Part.FEE) else NOT_SAID), False
    if fee.valid_to and fee.valid_to < on:
        return FEE_WITHHELD, False
    if fee.amount == 0:
        return f"Trang nguồn ghi: {lower_first(fee.note or 'không thu')}.", False
    amount = money(fee.amount) if fee.currency == "VND" else f"{fee.amount:,} {fee.currency}".replace(",", ".")
    text = f"Mức thu ghi trên trang nguồn: {amount}"
    if fee.valid_to:
        text += f", áp dụng đến hết {day(fee.valid_to)}"
    if fee.note:
        text += f" (ghi chú: “{fee.note.rstrip('. ')}”)"
    return f"{text}.\nCó thể còn khoản thu khác; anh/chị hỏi nơi nộp hồ sơ trước khi nộp tiền.", False


def _duration(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    if procedure.time is None:
        return (TIME_WITHHELD if procedure.is_withheld(Part.DURATION) else NOT_SAID), False
    return f"{_ended(_time(procedure))} Trường hợp phải xác minh, bổ sung có thể lâu hơn.", False


def _time(procedure: ImportedProcedure) -> str:
    time = procedure.time
    return f"{time.amount} {UNITS[time.unit]} theo trang nguồn" if time else ""


def _where(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    lines = []
    if procedure.agency:
        lines.append(f"Cơ quan giải quyết: {sentence(procedure.agency)}")
    elif procedure.is_withheld(Part.AGENCY):
        lines.append(AGENCY_WITHHELD)
    if procedure.levels:
        lines.append(f"Cấp thực hiện: {sentence(levels_of(procedure))}")
    if procedure.channels:
        lines.append(f"Cách nộp: {sentence(by_channels(procedure.channels))}")
    return "\n".join(lines) or NOT_SAID, False


def levels_of(procedure: ImportedProcedure) -> str:
    """Return `cấp xã và cấp tỉnh`, or nothing when the page does not say."""
    return joined(LEVELS[level] for level in procedure.levels if level in LEVELS)


def _how(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    lead = []
    if Channel.ONLINE in procedure.channels:
        lead.append(f"Nộp trực tuyến được, tại Cổng Dịch vụ công quốc gia ({PORTAL}), đăng nhập bằng VNeID.")
    elif procedure.channels:
        lead.append(sentence(f"Cách nộp: {by_channels(procedure.channels)}"))
    if not procedure.steps:
        lead.append(STEPS_WITHHELD if procedure.is_withheld(Part.STEPS) else NOT_SAID)
        return "\n".join(lead), False
    steps = (step for step in procedure.steps if step.strip(" :.-").lower() not in BARE_HEADINGS)
    text, more = _listed(steps, "dòng", room, sum(map(len, lead)))
    return "\n".join([*lead, "Các bước theo trang nguồn:", text]), more


def _conditions(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    lines = []
    if procedure.audience:
        text, _ = _listed(procedure.audience, "nhóm", room, 140)
        lines.append(f"Người nộp theo trang nguồn:\n{text}")
    if procedure.levels:
        lines.append(f"Cấp thực hiện: {sentence(levels_of(procedure))}")
    lines.append("Điều kiện riêng tôi chưa xác nhận; anh/chị xem trang nguồn hoặc hỏi nơi nhận hồ sơ.")
    return "\n".join(lines), False


def _legal(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    if not procedure.legal:
        return NOT_SAID, False
    successors = dict(procedure.old_laws)
    rows = (f"{n} (đã được thay bằng {successors[n]})" if n in successors else n for n in procedure.legal)
    return _listed(rows, "văn bản", room)


def _result(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    if not procedure.results:
        return NOT_SAID, False
    return _listed((result.name for result in procedure.results), "kết quả", room)


def _overview(procedure: ImportedProcedure, on: date, room: Room) -> tuple[str, bool]:
    lines = []
    if procedure.field:
        lines.append(f"Lĩnh vực: {sentence(procedure.field)}")
    if procedure.agency:
        lines.append(f"Cơ quan giải quyết: {sentence(cut(procedure.agency, 120))}")
    if procedure.levels:
        lines.append(f"Cấp thực hiện: {sentence(levels_of(procedure))}")
    if procedure.time:
        lines.append(f"Thời gian: {sentence(_time(procedure))}")
    if procedure.channels:
        lines.append(f"Cách nộp: {sentence(by_channels(procedure.channels))}")
    count = len(procedure.documents)
    if count and len({paper.case for paper in procedure.documents}) == 1:
        text, _ = _listed(map(_paper, procedure.documents[:3]), "giấy tờ", SHORT, 220)
        more = f"\n(còn {count - 3} giấy tờ khác, hỏi “cần giấy tờ gì”)" if count > 3 else ""
        lines.append(f"Giấy tờ:\n{text}{more}")
    return "\n".join(lines) or NOT_SAID, False


BODIES: dict[Aspect, Callable[[ImportedProcedure, date, Room], tuple[str, bool]]] = {
    Aspect.OVERVIEW: _overview,
    Aspect.DOCUMENTS: _documents,
    Aspect.FEE: _fee,
    Aspect.DURATION: _duration,
    Aspect.WHERE: _where,
    Aspect.HOW: _how,
    Aspect.CONDITIONS: _conditions,
    Aspect.FORM: lambda procedure, on, room: (FORM, False),
    Aspect.LEGAL_BASIS: _legal,
    Aspect.RESULT: _result,
    Aspect.DEADLINE: lambda procedure, on, room: (DEADLINE, False),
    Aspect.AUTHORIZATION: lambda procedure, on, room: (AUTHORIZATION, False),
}
