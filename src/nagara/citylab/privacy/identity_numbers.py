"""National identity numbers of the ASEAN states: how they look and how to tell them from other numbers.

Sources: the states' published formats (Indonesia NIK, UU 23/2006; Thailand 13 digits with modulus 11;
SG NRIC and FIN; Malaysia MyKad; Viet Nam CCCD, Decree 137/2015; Philippines PhilSys, SSS, TIN;
Myanmar NRC; Brunei Darussalam identity card) and ISO/IEC 7812 for payment cards. Cambodia, Lao PDR and
Timor-Leste number without structure: those are found by the name of the column or the word before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_NIK_PROVINCES = frozenset(
    f"{n:02}" for span in ((11, 19), (21, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97))
    for n in range(span[0], span[1] + 1)
)  # fmt: skip
_MYKAD_PLACES = frozenset(
    f"{n:02}" for span in ((1, 16), (21, 59), (60, 68), (71, 72), (74, 79), (82, 93), (98, 99))
    for n in range(span[0], span[1] + 1)
)  # fmt: skip
_CCCD_NO_PROVINCE = frozenset(
    (3, 5, 7, 9, 13, 16, 18, 21, 23, 28, 29, 32, 39, 41, 43, 47, 50, 53, 55, 57, 59, 61, 63, 65, 69, 71, 73,
     76, 78, 81, 85, 88, 90)
)  # fmt: skip


def digits_of(text: str) -> str:
    """Only the ASCII digits of a text."""
    return re.sub(r"[^0-9]", "", text)


def is_nik(text: str) -> bool:
    """Indonesia: 16 digits: province, regency, district, birth day (+40 for women), month, year, serial."""
    d = digits_of(text)
    if len(d) != 16 or d[:2] not in _NIK_PROVINCES or d[12:] == "0000" or "00" in (d[2:4], d[4:6]):
        return False
    day = int(d[6:8])
    return (1 <= day <= 31 or 41 <= day <= 71) and 1 <= int(d[8:10]) <= 12


def is_thai_id(text: str) -> bool:
    """Thailand: 13 digits, the last a check digit (modulus 11)."""
    d = digits_of(text)
    if len(d) != 13 or d[0] == "9" or len(set(d)) == 1:
        return False
    total = sum(int(c) * (13 - i) for i, c in enumerate(d[:12]))
    return (11 - total % 11) % 10 == int(d[12])


def is_nric(text: str) -> bool:
    """SG: S, T (citizens), F, G, M (others), 7 digits and a check letter."""
    t = text.strip().upper()
    if not re.fullmatch(r"[STFGM][0-9]{7}[A-Z]", t):
        return False
    total = sum(int(c) * w for c, w in zip(t[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(t[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(t[0], "XWUTRQPNMLK")
    return letters[total % 11] == t[8]


def is_mykad(text: str) -> bool:
    """Malaysia: 12 digits: birth date (yymmdd), place of birth, serial."""
    d = digits_of(text)
    if len(d) != 12 or d[6:8] not in _MYKAD_PLACES:
        return False
    return 1 <= int(d[2:4]) <= 12 and 1 <= int(d[4:6]) <= 31


def is_cccd(text: str) -> bool:
    """Viet Nam: 12 digits: province 001-096, century and sex 0-3, year of birth, serial."""
    d = digits_of(text)
    if len(d) != 12 or d[3] not in "0123":
        return False
    return 1 <= int(d[:3]) <= 96 and int(d[:3]) not in _CCCD_NO_PROVINCE


def is_card(text: str) -> bool:
    """Payment card: 16 digits beginning with 3-6 that pass the Luhn check (ISO/IEC 7812-1)."""
    d = digits_of(text)
    if len(d) != 16 or d[0] not in "3456" or len(set(d)) < 4:
        return False
    doubled = (int(c) * (2 - i % 2) for i, c in enumerate(d))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _shape_is_enough(text: str) -> bool:
    return bool(text)


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """One kind of number.

    `pattern` finds candidates in running text (ASCII digits), `valid` tells real ones, `bare` is the number
    of digits where the whole cell is nothing but digits, `luck` the share of random numbers of that length
    that pass `valid`: a column is suspect only where far more pass.
    """

    name: str
    pattern: re.Pattern[str]
    valid: Callable[[str], bool]
    bare: int = 0
    luck: float = 0.0


def _find(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])", re.IGNORECASE)


_NRC = (
    r"[0-9]{1,2}\s?/\s?(?:[A-Za-z]{3,12}|[\u1000-\u103f]{2,12})\s?"
    r"\((?:[A-Za-z]{1,7}|[\u1000-\u103f]{1,6})\)\s?[0-9]{6}"
)
_CUT = r"[ .\-]"
_FOUR = r"[0-9]{4}"
NUMBERS: tuple[IdentityNumber, ...] = (
    IdentityNumber(
        "Indonesia NIK", _find(rf"[0-9]{{16}}|[0-9]{{6}}{_CUT}[0-9]{{6}}{_CUT}{_FOUR}"), is_nik, 16, 0.04
    ),
    IdentityNumber(
        "Thailand identity card",
        _find(r"[0-9]{13}|[0-9](?:[ \-][0-9]{4}[ \-][0-9]{5}[ \-][0-9]{2}[ \-][0-9])"),
        is_thai_id,
        13,
        0.10,
    ),
    IdentityNumber("NRIC or FIN", _find(r"[STFGM][0-9]{7}[A-Z]"), is_nric),
    IdentityNumber("Malaysia MyKad", _find(r"[0-9]{6}-?[0-9]{2}-?[0-9]{4}"), is_mykad, 12, 0.04),
    IdentityNumber("Viet Nam CCCD", _find(r"[0-9]{12}|[0-9]{3}(?:[ .][0-9]{3}){3}"), is_cccd, 12, 0.04),
    IdentityNumber("payment card", _find(rf"{_FOUR}(?:[ \-]?{_FOUR}){{3}}"), is_card, 16, 0.04),
    IdentityNumber("Philippines PhilSys", _find(rf"(?!0){_FOUR}(?:-{_FOUR}){{2,3}}"), _shape_is_enough),
    IdentityNumber("Philippines SSS", _find(r"(?:[0-9]{2}|[0-9]{4})-[0-9]{7}-[0-9]"), _shape_is_enough),
    IdentityNumber("Philippines PhilHealth", _find(r"[0-9]{2}-[0-9]{9}-[0-9]"), _shape_is_enough),
    IdentityNumber("Philippines TIN", _find(r"[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{3,5}"), _shape_is_enough),
    IdentityNumber("Myanmar NRC", re.compile(_NRC), _shape_is_enough),
    IdentityNumber("Brunei identity card", _find(r"(?:0[01]|3[01]|5[01])-[0-9]{6}"), _shape_is_enough),
)

_WORDS_BEFORE = (
    r"nik|no\.?\s?ktp|ktp|kartu tanda penduduk|nric|fin no|mykad|my\s?kad|no\.?\s?kp|ic no\.?|i\.c\. no\.?|"
    r"passport|paspor|pasport|passaporte|หนังสือเดินทาง|พาสปอร์ต|เลขบัตร(?:ประจำตัว)?(?:ประชาชน)?|บัตรประชาชน|"
    r"cccd|cmnd|cmtnd|căn cước(?: công dân)?|chứng minh nhân dân|hộ chiếu|philsys|national id|identity card|"
    r"bilhete de identidade|cartão eleitoral|លេខអត្តសញ្ញាណប័ណ្ណ|អត្តសញ្ញាណប័ណ្ណ|ບັດປະຈຳຕົວ|မှတ်ပုံတင်"
)
ANNOUNCED = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_WORDS_BEFORE})(?![A-Za-z])\s?(?:no|number|nomor|nombor|số|num|เลขที่)?[\s.:=#\-]{{0,4}}"
    r"([A-Z]{0,3}[0-9][0-9./ \-]{3,20}[0-9][A-Z]?)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
"""A number that the word before it announces (passport, KTP, ...): group 1 is the number."""
