"""`nagara lab`: what needs no site."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from nagara.citylab.errors import CityLabError
from nagara.citylab.labs import pack
from nagara.cli.labs import app

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).decode()


def sign(data):
    signature = base64.urlsafe_b64encode(KEY.sign(data)).decode()
    return {"key_id": "k1", "public": PUBLIC, "signature": signature}


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "pack.zip"
    facts = {"title": "M05: Reach", "learner": "Siti", "site": "https://site.example/"}
    path.write_bytes(pack.seal({"index.html": b"hello"}, facts, sign))
    return path


def test_a_genuine_pack_is_told_with_its_key(packed):
    done = CliRunner().invoke(app, ["verify", str(packed), "--key", PUBLIC])
    assert done.exit_code == 0
    assert "M05: Reach for Siti" in done.stdout
    assert pack.fingerprint(PUBLIC) in done.stdout
    assert "It is as it left the site." in done.stdout


def test_a_changed_pack_leaves_with_one_and_names_the_file(packed):
    data = packed.read_bytes().replace(b"index.html", b"inde2.html")
    packed.write_bytes(data)
    done = CliRunner().invoke(app, ["verify", str(packed)])
    assert done.exit_code == 1
    assert "inde2.html does not belong to it" in done.stdout


def test_without_a_site_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("NAGARA_SITE", raising=False)
    done = CliRunner().invoke(app, ["list"])
    assert isinstance(done.exception, CityLabError)
    assert "NAGARA_SITE" in done.exception.mend
