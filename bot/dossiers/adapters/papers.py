"""Which papers an officer's note asks for, told in words of our own.

Notes are free text and name people, so no piece of one is ever passed on: only papers of this list.
"""

from __future__ import annotations

from bot.vietnamese.folding import words

_PAPERS = (
    "giấy chứng sinh", "giấy chứng nhận kết hôn", "giấy xác nhận tình trạng hôn nhân", "giấy khai sinh",
    "trích lục khai tử", "giấy báo tử", "tờ khai", "đơn đề nghị", "giấy ủy quyền", "thẻ căn cước",
    "căn cước công dân", "hộ chiếu", "giấy chứng nhận quyền sử dụng đất", "sổ đỏ", "hợp đồng chuyển nhượng",
    "hợp đồng thuê nhà", "giấy tờ chứng minh chỗ ở", "giấy phép xây dựng", "bản vẽ thiết kế", "sơ đồ thửa đất",
    "trích đo địa chính", "giấy khám sức khỏe", "giấy phép lái xe", "giấy đăng ký xe", "ảnh chân dung",
    "ảnh thẻ", "bằng tốt nghiệp", "bảng điểm", "giấy xác nhận cư trú", "giấy xác nhận khuyết tật",
    "sổ bảo hiểm xã hội", "giấy ra viện", "biên lai nộp thuế", "tờ khai thuế", "điều lệ công ty",
    "giấy chứng nhận đăng ký doanh nghiệp", "phiếu lý lịch tư pháp", "bản sao chứng thực", "bản chụp",
)  # fmt: skip
_FOLDED = tuple((f" {words(paper)} ", paper) for paper in _PAPERS)
MOST = 4


def named_papers(*notes: object) -> str | None:
    """Return the papers that notes name, for example "giấy chứng sinh, tờ khai", or None."""
    folded = " ".join(f" {words(note)} " for note in notes if isinstance(note, str))
    found = [(folded.index(key), paper) for key, paper in _FOLDED if key in folded]
    return ", ".join(paper for _, paper in sorted(found)[:MOST]) or None
