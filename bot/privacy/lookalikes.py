"""What looks like personal data and is none: codes of dossiers, dates, amounts, decimals."""

from __future__ import annotations

import re

from bot.privacy.cues import is_money

GAP = r"(?:[ .\-_()]{1,4}|,)"
"""What may stand between two digits of one number, in a plain view."""

SLASHED = r"[0-9]{1,5}/(?:[0-9]{1,2}/)?(?:19|20)[0-9]{2}(?![0-9])"
"""A date or the number of a law: 12/05/2026, 123/2015."""

_RECEIVED = "(?:1[89]|[23][0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

CODE = rf"""
    (?<![0-9]){SLASHED}
  | (?<![^\W\d_])(?:ct|tk|hk)[0-9]{{2}}(?![0-9])                             # form
  | (?<![\w-])(?=[0-9-]{{0,35}}[a-f])[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}(?![\w-])
  | (?<![^\W\d])(?:(?<![0-9])|(?=[a-z]))(?=[0-9a-z]{{20}})                     # ids that programs make
    [a-z]*+(?:[0-9]++[a-z]++){{3,}}+[0-9]*+(?!\w)
  | (?<![^\W\d_])(?:kq\.)?[a-z][0-9]{{2}}\.[0-9]{{6}}(?![0-9])                   # result
  | (?:(?<![^\W_])[0-9]{{3}}[ ]?\.[ ]?[0-9]{{2}}[ ]?\.[ ]?[0-9]{{2}}[ ]?\.[ ]?)?   # dossier
    (?<![^\W\d_])[gh][0-9]{{2}}
    (?:[0-9]{{0,4}}|(?:[ .\-_]{{1,3}}[0-9]{{1,4}}){{0,5}})
    (?: [ .\-_]{{0,3}}{_RECEIVED}[ ]?-[ ]?[0-9]{{1,7}}(?![0-9])
      | [ .\-_]{{0,3}}{_RECEIVED}[ .\-_]{{1,3}}[0-9]{{1,7}}(?![0-9]|[ .\-_]{{1,3}}[0-9]) )
  | (?<![^\W\d_])h49(?:[ .\-_]{{0,3}}[0-9]{{2}}){{0,2}}[ .\-_]{{0,3}}{_RECEIVED}[0-9]{{1,4}}(?![0-9])
"""
"""Words that hold letters and digits; for use with VERBOSE and IGNORECASE."""

_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
NUMBER = re.compile(
    rf"""
    (?<![0-9])(?:
        (?<![.-]){_DAY}(?P<s>[ .-]){_MONTH}(?P=s){_YEAR}(?![0-9])
      | (?<![.-]){_YEAR}(?P<t>[.-]){_MONTH}(?P=t){_DAY}(?![0-9])
      | (?<!\.)[1-9]\.[0-9]{{6}}(?![0-9])                          # procedure
      | (?<![\w.,])0\.(?![2-9][0-9]{{8}}(?![0-9]))[0-9]{{7,}}    # a share; 0.912345678 may be a phone
      | (?<![\w.,])[0-9]\.[0-9]{{7,}}(?=e[+-]?[0-9])
      | (?<![\w.,])1[0-9]{{9}}\.[0-9]{{5,}}                          # seconds since 1970
      | (?<![0-9][ .\-_(),])11[1-5](?:{GAP}11[1-5])+               # emergency numbers,
        (?![0-9]|{GAP}[0-9]{{3}}(?![0-9]))                         # and no old id: 022 111 111
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


AMOUNT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}"
    r"(?:(?P<sign>[.,])[0-9]{3}(?:(?P=sign)[0-9]{3}){0,4}|(?: [0-9]{3}){1,5}+$)(?![0-9])"
)
"""Grouped thousands; a phone may end so too, so phones are looked for before."""


def is_amount(view: str, found: re.Match[str]) -> bool:
    """Return whether grouped thousands are round or stand beside a currency; others may be an old id."""
    is_round = found["sign"] is not None and found[0].endswith("000")
    return is_round or is_money(view, found.start(), found.end())
