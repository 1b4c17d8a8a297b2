"""Judging, baking, status lists, keys as text: what a stranger may hand in never breaks the judge."""

from __future__ import annotations

import json
import struct
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.adapters.openbadges import bake_png, bake_svg, baked, judge
from nagara.adapters.openbadges.canonical import json_canonical
from nagara.adapters.openbadges.judging import Verdict
from nagara.adapters.openbadges.multikey import base58, from_multibase, multibase, of_method, unbase58
from nagara.adapters.openbadges.status import decode, encode, is_set


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'


@pytest.mark.parametrize("text", ['{"name": "ສະບາຍດີ ]]> <b>"}', "eyJh.eyJi.c2ln"])
def test_what_is_baked_comes_out_again(text):
    assert baked(bake_png(PICTURE, text)) == text
    assert baked(bake_svg(SVG, text).encode()) == text


def test_a_picture_is_baked_once_and_stays_a_picture():
    made = bake_png(PICTURE, "{}")
    with pytest.raises(ValueError, match="already"):
        bake_png(made, "{}")
    with pytest.raises(ValueError, match="no PNG"):
        bake_png(b"GIF89a", "{}")
    with pytest.raises(ValueError, match="no SVG"):
        bake_svg("<html></html>", "{}")
    assert made.startswith(PICTURE[:8]) and made.endswith(PICTURE[-12:])


def test_a_damaged_or_empty_picture_is_unreadable():
    for data in (PICTURE, bake_png(PICTURE, "{}")[:-20], SVG.encode(), b"\x89PNG\r\n\x1a\n"):
        assert judge(data, contexts={}).verdict == Verdict.UNREADABLE


def test_an_svg_that_defines_entities_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    assert judge(bomb, contexts={}).verdict == Verdict.UNREADABLE


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_input_breaks_the_judge(data):
    assert judge(data, contexts={}).verdict in Verdict


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@context",
                    "type",
                    "issuer",
                    "proof",
                    "credentialSubject",
                    "id",
                    "validFrom",
                    "credentialStatus",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_no_json_of_any_shape_breaks_the_judge(value):
    if isinstance(value, dict):
        value["type"] = ["VerifiableCredential", "OpenBadgeCredential"]
    assert judge(json.dumps(value), contexts={}).verdict in (Verdict.UNREADABLE, Verdict.MALFORMED)


def test_a_deep_nest_is_unreadable():
    assert judge("[" * 100_000, contexts={}).verdict == Verdict.UNREADABLE
    assert judge(b"x" * (2 * 1024 * 1024 + 1), contexts={}).verdict == Verdict.UNREADABLE


@given(st.binary(max_size=40))
def test_base_58_goes_both_ways(data):
    assert unbase58(base58(data)) == data


def test_a_key_goes_through_its_text():
    key = Ed25519PrivateKey.generate()
    text = multibase(key)
    assert text.startswith("z6Mk")
    assert multibase(from_multibase(text)) == text
    assert of_method(f"did:key:{text}#{text}") is not None
    assert of_method(f"did:key:{text}#other") is None
    assert of_method("https://a.example/key") is None


@given(st.sets(st.integers(0, 131_071), max_size=20))
@settings(max_examples=20, deadline=None)
def test_a_status_list_says_exactly_what_was_put_in(places):
    bits = decode(encode(places))
    assert {place for place in range(131_072) if bits[place // 8] and is_set(bits, place)} == places


@pytest.mark.parametrize("text", ["", "x", "uAAAA", "u" + "A" * 40])
def test_what_is_no_status_list_is_refused(text):
    with pytest.raises(ValueError, match="status list"):
        decode(text)


def test_canonical_json_sorts_by_code_units_and_writes_numbers_as_ecmascript():
    assert json_canonical({"b": 1.0, "a": [1e21, 1e-7, 0.000001, True, None], "\ufb33": "é", "😀": ""}) == (
        '{"a":[1e+21,1e-7,0.000001,true,null],"b":1,"😀":"","\ufb33":"é"}'
    )
