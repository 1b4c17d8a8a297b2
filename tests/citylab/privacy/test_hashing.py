"""Pseudonyms: stable for a salt, different between cities, nothing without a salt."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.privacy import pseudonym, pseudonyms

NAMES = st.text(min_size=1).filter(lambda t: bool(t.strip().lstrip("@").strip()))


@settings(deadline=None)
@given(NAMES, st.binary(min_size=16, max_size=32))
def test_the_same_author_has_the_same_hash(name: str, salt: bytes) -> None:
    got = pseudonym(name, salt=salt, city_id="a")
    assert got == pseudonym(f" {name} ", salt=salt, city_id="a")
    assert len(got) == 32


@settings(deadline=None)
@given(NAMES, st.binary(min_size=16), st.binary(min_size=16))
def test_two_cities_never_share_a_hash(name: str, one: bytes, two: bytes) -> None:
    mine = pseudonym(name, salt=one, city_id="a")
    assert mine != pseudonym(name, salt=one, city_id="b")
    assert mine != pseudonym(name, salt=one, city_id="a", role="post")
    if one.ljust(64, b"\0") != two.ljust(64, b"\0"):  # HMAC pads its key with zeros
        assert mine != pseudonym(name, salt=two, city_id="a")


def test_a_handle_is_one_author_however_it_is_written() -> None:
    column = pa.chunked_array([["@Budi", None], ["budi ", ""]])
    first, empty, second, blank = pseudonyms(column, salt=b"s" * 16, city_id="a").to_pylist()
    assert first == second
    assert empty is None
    assert blank is None


def test_without_a_salt_nothing_is_hashed() -> None:
    with pytest.raises(ValueError, match="salt"):
        pseudonyms(pa.array(["budi"]), salt=b"", city_id="a")
