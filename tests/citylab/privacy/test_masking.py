"""Masking: nothing personal is left, and what is not personal stays."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings
from nagara.citylab.privacy import TOKENS, mask, mask_rejected, mask_text

# Forms in which the states' numbers are written. 9 stands for any digit, 8 for any but 0.
PHONES = {
    "Indonesia": ["0819-9999-9999", "+62 819-9999-999", "62819999999", "(021) 899 9999", "0819 9999 999", "0819.999.9999"],
    "Malaysia": ["019-899 9999", "+60 19-899 9999", "03-8999 9999", "60198999999", "0198999999"],
    "Singapore": ["+65 9899 9998", "6599899998", "98999998", "9899 9998", "+6568999998"],
    "Thailand": ["089-999-9999", "02-899-9999", "+66 89 999 9999", "0899999999", "08 9999 9999", "0 2899 9999"],
    "Viet Nam": ["0989 999 999", "+84 98 999 9999", "0989.99.99.99", "024 3899 9999", "84989999999"],
    "Philippines": ["0989-999-9999", "+63 989 999 9999", "(02) 8999-9999", "09899999999"],
    "Cambodia": ["012 899 999", "+855 12 899 999", "0998999999", "85512899999"],
    "Lao PDR": ["020 5899 9999", "+856 20 58999999", "021 899999"],
    "Myanmar": ["09 899 999 999", "+95 9 899 999 999", "09-899999999", "959899999999"],
    "Brunei Darussalam": ["+673 899 9999", "+673 8999999"],
    "Timor-Leste": ["+670 7899 9999", "+67078999999"],
    "elsewhere": ["+44 20 8999 9999", "+1 (899) 999-9999", "0081 8 9999 9999"],
}  # fmt: skip
WORDS = ["banjir", "di jalan", "ตลาดนัด", "ติดต่อ", "call", "ngập lụt", "น้ำท่วม", "please", "សូម", "ho"]
SCRIPTS = ["0123456789", "๐๑๒๓๔๕๖๗๘๙", "០១២៣៤៥៦៧៨៩", "၀၁၂၃၄၅၆၇၈၉", "０１２３４５６７８９"]


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A number of some state: a form whose last nines are any digits."""
    form = draw(st.sampled_from([f for forms in PHONES.values() for f in forms]))
    return "".join(str(draw(st.integers(1, 9))) if c == "9" and i > 4 else c for i, c in enumerate(form))


def test_a_plus_wins_over_what_looks_like_a_country_code_inside() -> None:
    assert mask_text("banjir +1 (841) 111-1111 banjir") == "banjir [phone] banjir"


@settings(deadline=None)
@given(phones(), st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(SCRIPTS))
def test_no_phone_of_any_state_is_left(phone: str, before: str, after: str, digits: str) -> None:
    written = phone.translate(str.maketrans("0123456789", digits))
    got = mask_text(f"{before} {written} {after}")
    assert not any(c.isdigit() for c in got)
    assert got.startswith(before)
    assert got.endswith(after)


@settings(deadline=None)
@given(
    st.sampled_from(["0", "+62", "62"]),
    st.integers(10**8, 10**10 - 1),
    st.sampled_from(["", " ", "-", "."]),
    st.text(alphabet="abcdefghij กขค\n,!?", max_size=30),
)
def test_an_indonesian_mobile_is_masked_however_it_is_cut(
    prefix: str, number: int, sign: str, around: str
) -> None:
    digits = f"8{number}"
    written = prefix + sign.join(digits[i : i + 4] for i in range(0, len(digits), 4))
    assert not re.search(r"[0-9]{3}", mask_text(f"{around} {written} {around}"))


@settings(deadline=None)
@given(
    st.from_regex(r"[a-z][a-z0-9._+\-]{0,15}[a-z0-9]@[a-z0-9]{2,10}(\.[a-z]{2,4}){1,2}", fullmatch=True),
    st.sampled_from(WORDS),
)
def test_no_email_is_left(email: str, word: str) -> None:
    assert mask_text(f"{word} {email} {word}") == f"{word} [email] {word}"


@settings(deadline=None)
@given(
    st.from_regex(r"[A-Za-z0-9_]{1,30}", fullmatch=True),
    st.sampled_from([" ", "", ".", "(", "RT "]),
    st.sampled_from(WORDS),
)
def test_no_handle_is_left(name: str, before: str, word: str) -> None:
    got = mask_text(f"{before}@{name} {word}")
    assert "@" not in got
    assert got == f"{before}[handle] {word}"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once
    assert not re.search(r"@[A-Za-z0-9_]", once)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60), phones()), max_size=8))
def test_a_column_is_masked_as_its_texts_are(texts: list[str | None]) -> None:
    assert mask(pa.array(texts, pa.string())).to_pylist() == [
        None if t is None else mask_text(t) for t in texts
    ]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("NIK 3174096112900001 mohon bantuan", "NIK [id] mohon bantuan"),
        ("บัตร 1-1017-00230-70-8 หาย", "บัตร [id] หาย"),
        ("my S1234567D and G1234567X", "my [id] and [id]"),
        ("MyKad 901231-14-5678", "MyKad [id]"),
        ("CCCD 001099012345", "CCCD [id]"),
        ("12/ABCDEF(N)123456 lost", "[id] lost"),
        ("၁၂/ကမန(နိုင်)၁၂၃၄၅၆", "[id]"),
        ("PhilSys 1234-5678-9012-3456", "PhilSys [id]"),
        ("SSS 34-1234567-8", "SSS [id]"),
        ("passport A1234567 found", "passport [id] found"),
        ("see https://t.co/AbC?u=me ok", "see [url] ok"),
        ("facebook.com/siti.aminah bagus", "[url] bagus"),
        ("wa.me/628123456789", "[url]"),
        ("LINE ID : nina_77 ค่ะ", "LINE ID : [handle] ค่ะ"),
        ("siti (at) mail (dot) id", "[email]"),
        ("di -6.153441,106.862179 tinggi", "di [coordinates] tinggi"),
        ("plus code 6P58QVRG+2X", "plus code [coordinates]"),
        ("ask u/pak_budi", "ask [handle]"),
        ("โทร 037-243018-20", "โทร [phone]"),
        ("☎️02-222-2222☎️", "☎️[phone]☎️"),
    ],
)
def test_personal_pieces_become_tokens(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Banjir 60 cm di RT 04 RW 11 sejak 21-02-2017 jam 08.30",
        "buka 09.00-16.00 hari 2017-02-21",
        "harga Rp 1.500.000 atau 800,000",
        "ฮา 5555555555",
        "ปี 2016 2017 2018",
        "PM2.5 120.5, suhu 31,5",
        "toyota 3000-4000 บาท",
        "Jl. Sudirman No. 12 Blok A14",
        "kenaikan 0.123 persen",
        "PSI 321 @ 5pm"[:7],
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask_text(text) == text


def test_rows_set_aside_are_masked_and_can_still_be_mended() -> None:
    findings = Findings()
    findings.refuse("bad", "bad.", file="f.csv", row=3, example="budi@mail.com")
    findings.reject("bad", "no number", file="f.csv", row=3, raw="Budi,budi@mail.com,-6.2,106.8")
    mask_rejected(findings)
    assert findings.rejected[0].raw == "Budi,[email],-6.2,106.8"
    assert next(iter(findings)).example == "[email]"


def test_tokens_are_left_alone() -> None:
    text = " ".join(TOKENS)
    assert mask_text(text) == text
