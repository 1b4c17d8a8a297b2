"""Packs that leave the site, and answers that come back."""

import base64
import io
import json
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nagara.citylab.labs import pack
from nagara.citylab.labs.pack import BadPack, Entry

FILES = {"index.html": b"<h1>M05</h1>", "data/stop.parquet": b"PAR1 rows PAR1"}
FACTS = {"site": "https://site.example", "lab": "m05-standard", "learner": "Siti", "snapshot": 3}


def signer(seed=b"k" * 32):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode()

    def sign(data):
        return {
            "key_id": "k1",
            "public": public,
            "signature": base64.urlsafe_b64encode(key.sign(data)).decode(),
        }

    return sign, public


def changed(zipped, name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, data if entry == name else old.read(entry))
        if name not in old.namelist():
            new.writestr(name, data)
    return out.getvalue()


def test_a_pack_as_it_left_is_good_and_the_same_twice():
    sign, public = signer()
    made = pack.seal(FILES, FACTS, sign)
    found = pack.verify(made, public=public)
    assert found.ok
    assert found.manifest["lab"] == "m05-standard"
    assert pack.seal(FILES, FACTS, sign) == made


@pytest.mark.parametrize(
    ("name", "says"),
    [("index.html", "index.html was changed"), ("more.html", "more.html does not belong")],
)
def test_a_changed_or_added_file_is_named(name, says):
    found = pack.verify(changed(pack.seal(FILES, FACTS, signer()[0]), name, b"other"))
    assert not found.ok
    assert says in found.problems[0]


def test_a_changed_manifest_breaks_the_signature():
    made = pack.seal(FILES, FACTS, signer()[0])
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(made)).read("manifest.json"))
    forged = changed(made, "manifest.json", json.dumps({**manifest, "learner": "Bob"}).encode())
    assert "signature" in pack.verify(forged).problems[0]


def test_another_key_is_not_the_sites():
    made = pack.seal(FILES, FACTS, signer(b"x" * 32)[0])
    assert pack.verify(made).ok
    assert "not signed by the site's key" in pack.verify(made, public=signer()[1]).problems[0]


@pytest.mark.parametrize("data", [b"", b"hello", pack.seal({}, {}, signer()[0])[:60]])
def test_what_is_no_pack_is_said_to_be_none(data):
    with pytest.raises(BadPack, match="no pack"):
        pack.verify(data)


ENTRIES = [Entry("headway", "k" * 12, "2026-11-23T02:00:00Z", "text=12&unit=min"), Entry("reach", "j" * 12, "", "cells=1")]  # fmt: skip


def answers(**changes):
    rows = [vars(e) for e in ENTRIES]
    found = {"format": pack.ANSWERS, "ticket": "t", "answers": rows, "sum": pack.sum_of(ENTRIES), **changes}
    return json.dumps(found).encode()


def test_answers_are_read_as_they_were_saved():
    found = pack.read_answers(answers())
    assert found.entries == tuple(ENTRIES)
    assert found.ticket == "t"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF", "no file of answers"),
        (answers(format="other/1"), "another format"),
        (answers(sum="0" * 64), "changed after it was saved"),
        (answers()[:-40], "no file of answers"),
        (answers(answers=[{"task": "a"}]), "no file of answers"),
        (answers(answers=[vars(Entry("a", "", "", ""))]), "cannot be read"),
        (b"[" * 100_000, "no file of answers"),
    ],
)
def test_what_is_no_file_of_answers_is_refused_in_plain_words(data, says):
    with pytest.raises(BadPack, match=says):
        pack.read_answers(data)
