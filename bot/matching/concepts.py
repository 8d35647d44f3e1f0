"""Concepts behind many words: "Canada" and "người Pháp" are foreign, "SH" and "xe số" are vehicles.

A procedure that was seen with ten countries must be recognised with the eleventh. Each concept is one
column that the models weigh like any other term.
"""

from __future__ import annotations

import re

WEIGHT = 0.4
"""Value of a concept beside blocks of length 1."""

_LISTS = """
foreign: nuoc ngoai, ngoai quoc, quoc tich, viet kieu, kieu bao, nguoi tay, chong tay, vo tay, ong tay, ba
    tay, khach tay, visa, thi thuc, passport, dai su quan, lanh su, trung quoc, tq, nguoi trung, nguoi tau,
    khach trung, han quoc, nguoi han, ben han, chong han, vo han, nhat ban, nguoi nhat, ben nhat, chong
    nhat, vo nhat, o nhat, dai loan, nguoi my, chong my, vo my, ben my, o my, hoa ky, nguoi phap, nguoi duc,
    ben duc, nguoi anh, nguoi uc, ben uc, o uc, canada, nguoi nga, nuoc nga, nga ve, tich nga, lao,
    campuchia, thai lan, nguoi thai, malaysia, singapore, an do, philippines, indonesia, ba lan, sec,
    slovakia, ukraina, ukraine, hongkong, hong kong, chau au, y dai loi, tay ban nha, thuy dien, na uy
vehicle: xe, oto, o to, moto, mo to, sh, vision, wave, dream, lead, air blade, airblade, exciter, sirius,
    future, winner, vario, vinfast, toyota, honda, yamaha, ban tai, xe so, xe ga, xe tai, bien so, dang
    kiem, ca vet, cavet
death: qua doi, tu tran, chet, da mat, moi mat, vua mat, mat roi, bi mat vi, ong mat, ba mat, bo mat, me
    mat, chong mat, vo mat, cu mat, ma mat, cha mat, bac mat, chu mat, duoi nuoc, khuat, di xa, hy sinh, hi
    sinh, bao tu, khai tu, mai tang, dam tang, dam ma, chon cat, tai nan chet, lam chung
loss: danh mat, lam mat, bi mat, roi mat, that lac, mat cap, moc tui, giat tui, chay mat, chay nha, chuot
    can, lu cuon, troi mat, mat giay, mat the, mat so, mat bang, mat bia, lam roi, danh roi, tim khong thay,
    mat tieu, mat sach, boc hoi
worn: rach, nat, hong, mo, phai mau, uot, nhau, cu nat, bong troc, cu qua, mat goc, gay, nhoe
wrong: sai, nham, viet lon, ghi lon, danh may, dinh chinh, cai chinh, thieu chu, lech, khong khop, khong
    trung, sua lai
newborn: moi sinh, vua sinh, moi de, vua de, so sinh, chao doi, sinh em be, de duoc, giay chung sinh, dut
    rom, de roi
child: be, chau, con nho, tre em, tre con, thieu nhi, mam non, mau giao, duoi 14, duoi 6, hoc sinh, con gai,
    con trai
old: gia, cu, ong ba, cao tuoi, nguoi gia, tuoi gia, 75 tuoi, 80 tuoi, 70 tuoi, nguoi cao tuoi
disabled: khuyet tat, tan tat, liet, cam diec, mu, xe lan, cut, tam than, down, tu ky, te liet, khiem thi
poor: ngheo, kho khan, can ngheo, thieu an, tung, dut bua, khong cong an viec lam
soldier: thuong binh, liet si, bo doi, quan nhan, tnxp, thanh nien xung phong, cach mang, khang chien, da
    cam, nhap ngu, nghia vu quan su, phuc vien, xuat ngu, cuu chien binh, chien truong, bang huan chuong
land: dat, so do, bia do, so hong, thua, ruong, vuon, lo dat, manh dat, quyen su dung dat, so dat, bia dat,
    tho cu, dam tom
building: xay, co i, len tang, do mai, nhoi tang, cong trinh, thi cong, ban ve, khoi cong, dao mong, sua
    nha, cat nha, tum
shop: quan, tiem, cua hang, sap, tap hoa, buon ban, cho hang, kinh doanh, mo hang, ki ot, kiot, homestay,
    nha nghi
company: cong ty, doanh nghiep, tnhh, giam doc, co phan, thanh vien gop von, phap nhan
house: nha o xa hoi, noxh, chung cu, can ho, mua nha, nha gia re, nha thu nhap thap
residence: ho khau, thuong tru, tam tru, tam vang, nhap khau, tach khau, cu tru, o tro, nha tro, dang ky o,
    khai bao o
insurance: bao hiem, bhxh, bhyt, thai san, luong huu, om dau, tu tuat, vssid, so bao hiem, dong bao
marriage: ket hon, cuoi, doc than, ly hon, ly di, chua vo, chua chong, lay vo, lay chong, hon nhan, nguoi
    yeu, ban trai
copy: ban sao, sao y, chung thuc, cong chung, phoi, trich luc, dau do, photo
school: nhap hoc, lop 6, lop 1, lop sau, tuyen sinh, truong, vao cap hai, thcs, an trua, mam non
complaint: khieu nai, to cao, khong dong y, bat cong, oan, nhan tien, sach nhieu, hach sach, vo ly, vo li
sea: tau, thuyen, be ca, di bien, ngu dan, lenh denh, van chai, cang, ghe
"""
_CONCEPT = re.compile(r"^(\w+): (.+(?:\n    .+)*)", re.MULTILINE)


def _pattern(phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(" ".join(phrase.split()) for phrase in phrases.split(",")) + r")\b")


_CONCEPTS = [_pattern(found[2]) for found in _CONCEPT.finditer(_LISTS)]
COLUMNS = len(_CONCEPTS)


def concept_columns(stripped: str) -> list[int]:
    """Return the columns that hold, 0 to `COLUMNS - 1`, of a text without diacritics."""
    return [number for number, concept in enumerate(_CONCEPTS) if concept.search(stripped)]
