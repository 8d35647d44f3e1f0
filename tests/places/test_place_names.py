"""Every name of the files is found; ordinary words are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.places.finding import Doubt, FindingKind
from bot.places.guide import Guide, project_guide
from bot.places.syllables import LONGEST_TEXT
from bot.vietnamese.folding import strip_marks

PLACES = project_guide().places
UNITS = {unit.full_name: unit for unit in PLACES.units}
FORMER = {f"{commune.full_name}, {commune.district.name}": commune for commune in PLACES.former_communes}
DIVIDED = {name: commune for name, commune in FORMER.items() if commune.is_divided}


def both(text: str) -> tuple[str, str]:
    return text, strip_marks(text)


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_is_found_with_and_without_marks(guide: Guide, name: str) -> None:
    for form in (name, name.title(), name.upper(), f"địa chỉ ủy ban {name} ở đâu"):
        for text in both(form):
            assert guide.find(text).unit is UNITS[name], text


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_is_among_the_meanings_of_its_bare_name(guide: Guide, name: str) -> None:
    unit = UNITS[name]
    for text in (*both(unit.name), *both(f"nhà tôi ở {unit.name}")):
        assert unit in guide.find(text).units, text


@pytest.mark.parametrize("name", FORMER)
def test_every_former_commune_leads_to_its_units(guide: Guide, name: str) -> None:
    commune = FORMER[name]
    for text in (
        *both(f"{commune.full_name} cũ nay thuộc đâu"),
        *both(f"tên mới của {commune.full_name}"),
    ):
        assert set(guide.find(text).units) == set(commune.units), text


@pytest.mark.parametrize("name", FORMER)
def test_a_district_tells_which_former_commune_is_meant(guide: Guide, name: str) -> None:
    commune = FORMER[name]
    for text in both(f"{commune.full_name} cũ, {commune.district.type} {commune.district.name}"):
        assert set(guide.find(text).units) == set(commune.units), text


def test_twelve_communes_were_divided() -> None:
    assert len(DIVIDED) == 12


@pytest.mark.parametrize("name", DIVIDED)
def test_a_divided_commune_is_asked_back(guide: Guide, name: str) -> None:
    commune = DIVIDED[name]
    for text in both(f"{commune.full_name} cũ giờ là xã phường nào"):
        finding = guide.find(text)
        assert finding.kind is FindingKind.AMBIGUOUS
        assert finding.doubt is Doubt.DIVIDED
        assert set(finding.units) == set(commune.units)


@pytest.mark.parametrize("district", PLACES.districts, ids=lambda district: district.entry.id)
def test_a_former_district_leads_to_its_units(guide: Guide, district) -> None:
    for text in (
        *both(f"còn {district.full_name} không"),
        *both(f"{district.full_name} giờ gồm những xã nào"),
    ):
        finding = guide.find(text)
        assert finding.district is district, text
        assert finding.units == district.units


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hạ Long", {"Hạ Long", "Vân Đồn", "Bãi Cháy"}),
        ("Hải Hòa", {"Hải Hoà", "Móng Cái 1", "Hải Lạng"}),
        ("Bắc Sơn", {"Hải Sơn", "Vàng Danh"}),
        ("ở Thanh Sơn", {"Uông Bí", "Ba Chẽ"}),
        ("Cẩm Phả", {"Cẩm Phả", "Cửa Ông", "Mông Dương"}),
        ("ở Quảng Yên", {"Quảng Yên", "Hà An", "Phong Cốc"}),
    ],
)
def test_a_double_name_is_asked_back(guide: Guide, text: str, names: set[str]) -> None:
    for form in both(text):
        finding = guide.find(form)
        assert finding.kind is FindingKind.AMBIGUOUS
        assert names <= {unit.name for unit in finding.units}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("phường Hạ Long", "Hạ Long"),
        ("xã Hạ Long", "Vân Đồn"),
        ("Hạ Long, Vân Đồn", "Vân Đồn"),
        ("phường Hải Hòa", "Móng Cái 1"),
        ("phường Hải Hoà", "Móng Cái 1"),
        ("xã Hải Hòa", "Hải Hoà"),
        ("Bắc Sơn, Uông Bí", "Vàng Danh"),
        ("phường Bắc Sơn", "Vàng Danh"),
        ("xã Bắc Sơn", "Hải Sơn"),
        ("xã Thanh Sơn", "Ba Chẽ"),
        ("P.Hồng Hải", "Hạ Long"),
        ("p hong hai", "Hạ Long"),
        ("TT. Cái Rồng", "Vân Đồn"),
        ("tt cai rong", "Vân Đồn"),
        ("mong cai 1", "Móng Cái 1"),
        ("phường phương nam", "Yên Tử"),
        ("phuong nam khe", "Vàng Danh"),
        ("Hà An, Quảng Yên", "Hà An"),
        ("Thống Nhất, Hạ Long, Quảng Ninh", "Thống Nhất"),
        ("Trưng Vương cũ, phường Vàng Danh mới", "Vàng Danh"),
        ("khu Vĩnh Trung Mạo Khê", "Mạo Khê"),
        ("Hòn Gai", "Hồng Gai"),
        ("huyện Cô Tô", "Cô Tô"),
        ("xã Hòa Bình, Hạ Long", "Thống Nhất"),
        ("phường Bình Dương, Đông Triều", "An Sinh"),
    ],
)
def test_type_words_and_neighbours_decide(guide: Guide, text: str, name: str) -> None:
    unit = guide.find(text).unit
    assert unit is not None
    assert unit.name == name


@pytest.mark.parametrize(
    "text",
    [
        "thống nhất với nhau",
        "giờ hai bên thống nhất hủy",
        "hà an toàn",
        "thủ tục an sinh xã hội",
        "sổ đỏ của ông",
        "so do cua ong ba de lai",
        "can ban sao giay to cua ong tu so luu",
        "giay bao tu cua ong cu mat ca",
        "co to khai khong",
        "xã có tổ chức khai sinh lưu động không",
        "xa co to chuc khai sinh khong",
        "luc hon nhan can gi",
        "tien an trua",
        "luong minh duoc bao nhieu",
        "khong hai long",
        "van don hang hoa",
        "ba che bai",
        "chị Hồng Hà",
        "số 5 đường Trần Phú",
        "đoàn kết là sức mạnh",
        "đồng tiền vàng",
        "da nang luong",
        "nghe an uong",
        "can ca mau don",
        "đánh giá lại",
        "người gốc Việt Nam định cư ở nước ngoài",
        "quận Tân Bình",
        "",
        "🙂 , . -",
    ],
)
def test_ordinary_words_are_no_place(guide: Guide, text: str) -> None:
    assert guide.find(text).kind is FindingKind.NOTHING


@pytest.mark.parametrize("province", PLACES.provinces, ids=lambda province: province.code)
def test_other_provinces_are_recognised(guide: Guide, province) -> None:
    for name in (province.name, *province.also, *province.former):
        for text in both(f"tôi ở {name} thì nộp đâu"):
            finding = guide.find(text)
            assert finding.kind is FindingKind.OTHER_PROVINCE, text
            assert finding.province is province


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("phường Hồng Hà, quận Ba Đình, Hà Nội", FindingKind.OTHER_PROVINCE),
        ("phường Lê Chân Hải Phòng", FindingKind.OTHER_PROVINCE),
        ("huyện Tiên Lãng, Hải Phòng", FindingKind.OTHER_PROVINCE),
        ("quê Hải Dương nhưng ở phường Bãi Cháy", FindingKind.UNIT),
        ("tôi ở phường Cửa Ông mua xe biển Lạng Sơn", FindingKind.UNIT),
        ("Quảng Ninh có mấy xã", FindingKind.NOTHING),
    ],
)
def test_a_place_of_ours_is_told_from_one_elsewhere(guide: Guide, text: str, kind: FindingKind) -> None:
    assert guide.find(text).kind is kind


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    guide = project_guide()
    guide.answer(guide.find(text), text)
    guide.note(text)


_PIECES = sorted(
    {"phường", "xã", "ở", "cũ", "nay thuộc", ",", "thành phố", "quận 3", "khu", "đường", "Quảng Ninh"}
    | {unit.name for unit in PLACES.units}
    | {commune.name for commune in PLACES.former_communes}
    | {province.name for province in PLACES.provinces}
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.booleans())
def test_any_heap_of_names_gives_an_answer(pieces: list[str], bare: bool) -> None:
    guide = project_guide()
    text = " ".join(pieces)
    text = strip_marks(text) if bare else text
    finding = guide.find(text)
    assert guide.answer(finding, text).text
    assert (finding.unit is not None) == (finding.kind is FindingKind.UNIT)
    assert len({unit.code for unit in finding.units}) == len(finding.units)


def test_a_long_text_is_read_up_to_its_limit(guide: Guide) -> None:
    mentions = guide.mentions("phường Hạ Long, " * 100_000)
    assert len(mentions) == LONGEST_TEXT // len("phường Hạ Long, ")
