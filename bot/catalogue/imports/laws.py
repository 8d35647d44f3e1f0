"""Laws that the portal still cites although another has taken their place.

58/2014 and 03/2011 come from procedures.md §4 (trap 13); the others are laws that their successors
repeal. A row that cites the successor too is in transition, not old. The flag hides no
law: it adds a caution to every answer, and the figures are withheld.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.catalogue.imported import Flag
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.wording import flat

SUCCESSORS = {
    "58/2014/QH13": "41/2024/QH15",  # bảo hiểm xã hội, 01/07/2025
    "03/2011/QH13": "25/2018/QH14",  # tố cáo, 01/01/2019
    "45/2013/QH13": "31/2024/QH15",  # đất đai, 01/08/2024
    "65/2014/QH13": "27/2023/QH15",  # nhà ở, 01/08/2024
    "66/2014/QH13": "29/2023/QH15",  # kinh doanh bất động sản, 01/08/2024
    "59/2014/QH13": "26/2023/QH15",  # căn cước, 01/07/2024
    "81/2006/QH11": "68/2020/QH14",  # cư trú, 01/07/2021
    "43/2013/QH13": "22/2023/QH15",  # đấu thầu, 01/01/2024
    "23/2012/QH13": "17/2023/QH15",  # hợp tác xã, 01/07/2024
    "53/2014/QH13": "46/2024/QH15",  # công chứng, 01/07/2025
    "47/2010/QH12": "32/2024/QH15",  # các tổ chức tín dụng, 01/07/2024
    "17/2012/QH13": "28/2023/QH15",  # tài nguyên nước, 01/07/2024
    "68/2014/QH13": "59/2020/QH14",  # doanh nghiệp, 01/01/2021
    "55/2014/QH13": "72/2020/QH14",  # bảo vệ môi trường, 01/01/2022
    "78/2006/QH11": "38/2019/QH14",  # quản lý thuế, 01/07/2020
}
_NUMBER = re.compile(r"^\S.*/.*\S$")
LONGEST_NUMBER = 60


def read_laws(numbers: Iterable[str], findings: Findings) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the legal numbers cited, and the outdated ones among them with their successors."""
    cited = tuple(
        dict.fromkeys(
            number
            for text in numbers
            if _NUMBER.match(number := flat(text).strip(" .,;")) and len(number) <= LONGEST_NUMBER
        )
    )
    old = tuple((n, SUCCESSORS[n]) for n in cited if n in SUCCESSORS and SUCCESSORS[n] not in cited)
    if old:
        findings.caution(Flag.OLD_LAW)
    return cited, old
