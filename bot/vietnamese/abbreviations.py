"""Chat spelling and abbreviations, expanded only where the whole token matches."""

from __future__ import annotations

from bot.vietnamese.folding import fold

SAFE = {
    "ko": "không", "k": "không", "khg": "không", "hok": "không", "hông": "không",
    "kô": "không", "hk": "không",
    "dc": "được", "đc": "được", "đx": "được", "dk": "đăng ký", "đk": "đăng ký", "dky": "đăng ký",
    "đky": "đăng ký", "dki": "đăng ký", "đki": "đăng ký", "đkí": "đăng ký",
    "j": "gì", "gj": "gì", "z": "vậy", "zậy": "vậy", "zay": "vậy", "v": "vậy", "r": "rồi", "rùi": "rồi",
    "vs": "với", "mk": "mình", "mik": "mình", "mìh": "mình", "tui": "tôi", "e": "em", "a": "anh",
    "c": "chị", "m": "mình", "t": "tôi", "bn": "bao nhiêu", "bnh": "bao nhiêu", "nhiu": "nhiêu",
    "bnhiu": "bao nhiêu", "bnhiêu": "bao nhiêu", "ntn": "như thế nào",
    "nthe": "như thế", "nta": "người ta", "ng": "người", "ngta": "người ta", "lm": "làm", "lmj": "làm gì",
    "ns": "nói", "thg": "tháng", "tg": "thời gian", "bh": "bao giờ", "bgio": "bao giờ",
    "bjo": "bao giờ", "h": "giờ", "hnay": "hôm nay", "vk": "vợ", "ck": "chồng", "chog": "chồng",
    "vc": "vợ chồng", "sdt": "số điện thoại", "sđt": "số điện thoại", "dt": "điện thoại",
    "đt": "điện thoại", "tk": "tài khoản", "stk": "số tài khoản", "gd": "gia đình", "gđ": "gia đình",
    "tt": "thủ tục", "hs": "hồ sơ", "hso": "hồ sơ", "gt": "giấy tờ", "gto": "giấy tờ", "ttuc": "thủ tục",
    "ubnd": "ủy ban nhân dân", "ub": "ủy ban", "cax": "công an xã",
    "caf": "công an phường", "csgt": "cảnh sát giao thông",
    "tp": "thành phố", "qn": "quảng ninh", "hn": "hà nội", "hcm": "hồ chí minh",
    "cccd": "căn cước", "cmnd": "chứng minh nhân dân", "cmt": "chứng minh thư", "cmtnd": "chứng minh thư",
    "gks": "giấy khai sinh", "ks": "khai sinh", "đkkh": "đăng ký kết hôn",
    "dkkh": "đăng ký kết hôn", "gcnkh": "giấy chứng nhận kết hôn", "hkd": "hộ kinh doanh",
    "đkkd": "đăng ký kinh doanh", "dkkd": "đăng ký kinh doanh", "gpkd": "giấy phép kinh doanh",
    "gplx": "giấy phép lái xe", "blx": "bằng lái xe", "gpxd": "giấy phép xây dựng",
    "sđ": "sổ đỏ", "gcnqsdđ": "giấy chứng nhận quyền sử dụng đất", "qsdđ": "quyền sử dụng đất",
    "qsdd": "quyền sử dụng đất", "bhyt": "bảo hiểm y tế", "bhxh": "bảo hiểm xã hội",
    "bhtn": "bảo hiểm thất nghiệp", "lltp": "lý lịch tư pháp", "llpt": "lý lịch tư pháp",
    "shk": "sổ hộ khẩu", "kt3": "tạm trú", "gxn": "giấy xác nhận",
    "xnhn": "xác nhận tình trạng hôn nhân", "tthn": "tình trạng hôn nhân", "nvqs": "nghĩa vụ quân sự",
    "dvc": "dịch vụ công", "dvcqg": "dịch vụ công quốc gia", "cty": "công ty", "dn": "doanh nghiệp",
    "htx": "hợp tác xã", "onl": "online", "ol": "online", "ib": "nhắn",
}  # fmt: skip
"""Abbreviation → full form; multi-word results stay one token with several syllables."""

AMBIGUOUS_WHEN_BARE = frozenset({"a", "c", "e", "h", "k", "m", "t", "v", "r", "z", "j"})
"""Left alone next to a digit or hyphen (5k, 8h, a1, e-visa)."""


def expand(token: str) -> str | None:
    """Return the full form of a lower-case token, or None.

    A key with marks never matches a token without them, and the other way round only where the
    bare form is listed itself.
    """
    return SAFE.get(token)


def folded_keys() -> frozenset[str]:
    """Return all keys without marks, for checks."""
    return frozenset(fold(key) for key in SAFE)
