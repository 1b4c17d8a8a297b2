"""What a file is, by its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applicants import JPEG, PDF, PNG, docx, zipped
from nagara.campus.admissions.domain.content import KINDS, look
from nagara.citylab.errors import CityLabError

EVERY = list(KINDS)


def kind(tmp_path, content: bytes, allowed=EVERY) -> str:
    path = tmp_path / "file"
    path.write_bytes(content)
    return look(path, allowed, name="file").key


@pytest.mark.parametrize(("content", "key"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg"), (docx(), "docx")])
def test_documents_and_pictures_are_known(content, key, tmp_path):
    assert kind(tmp_path, content) == key


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7 cut off", "cut off"),
        (PNG[:30], "cut off"),
        (zipped("a.txt"), "a ZIP archive"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "a ZIP archive"),
        (docx("word/vbaProject.bin"), "holds macros"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"Rar!\x1a", "a RAR archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"MZ\x90", "a program"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "a web page"),
        (b"<?xml version='1.0'?><svg onload='x'/>", "a web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
        (b"Dear sir", "a file of another kind"),
    ],
)
def test_everything_else_is_refused_with_what_it_is(content, said, tmp_path):
    with pytest.raises(CityLabError, match=said):
        kind(tmp_path, content)


def test_a_kind_that_is_not_asked_for_is_refused(tmp_path):
    with pytest.raises(CityLabError, match="This is a JPEG picture; asked for is PDF"):
        kind(tmp_path, JPEG, ["pdf"])


@given(content=st.binary(max_size=400))
def test_nothing_breaks_it(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "file"
    path.write_bytes(content)
    try:
        assert look(path, EVERY).key in EVERY
    except CityLabError as error:
        assert error.what
