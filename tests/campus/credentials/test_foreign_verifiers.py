"""Our badges in the hands of others: JWT by jose, Data Integrity by the W3C reference implementation for
JavaScript; the same again by joserfc and cryptography; badges of others in our hands."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from nagara.adapters import openbadges
from nagara.adapters.openbadges.canonical import rdf_canonical
from nagara.adapters.openbadges.multikey import from_multibase
from nagara.campus.credentials import badges, keys
from nagara.campus.credentials.domain import issue, revoke
from nagara.campus.credentials.domain.wording import change_wording

from . import factories as made

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db
LATER = "2030-01-01T00:00:00Z"


def _node(payload: dict) -> dict:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "@digitalbazaar" / "vc").is_dir():
        pytest.skip("node, jose or @digitalbazaar/vc is missing: run `npm ci`")
    done = subprocess.run(
        [node, str(Path(__file__).with_name("foreign.mjs")), str(ROOT)],
        input=json.dumps(payload),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture
def issued(seeded):
    """Two certificates for a year each, one of them revoked, and everything that the site serves about them."""
    if not (badges.CONTEXTS / "credentials-v2.json").is_file():
        pytest.skip("JSON-LD contexts are missing: run `make assets`")
    batch = made.make_batch()
    change_wording(batch, by=None, valid_years=1)
    with made.known_facts():
        made.enrol(batch, "Siti Rahmah binti Haji Abdullah", native_name="سيتي رحمة بنت حاج عبدالله")
        made.enrol(batch, "Mg Kyaw Zin Htet", city="yangon", native_name="မောင်ကျော်ဇင်ထက်")
        gone, good = issue(batch, by=None, now=made.NOW, quiet=True).made
    revoke(gone, by=None, reason="Copied", now=made.NOW)
    return good, gone


def _served(*credentials: dict) -> dict:
    """What a verifier fetches: keys, issuer, status lists, by their addresses."""
    client, found = Client(), {}
    key = keys.signing().key_id
    addresses = [badges.issuer_id(), badges.method_id(key), badges.kid(key)]
    addresses += [c["credentialStatus"]["statusListCredential"] for c in credentials]
    for address in addresses:
        answer = client.get(urlsplit(address).path)
        assert answer.status_code == 200, address
        found[address] = json.loads(answer.content)
    return found


def _forged(signed: dict) -> dict[str, dict]:
    """Changed name, changed proof, another key, a property that nobody signed."""
    name, proof, other, extra = (json.loads(json.dumps(signed)) for _ in range(4))
    name["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    value = proof["proof"]["proofValue"]
    proof["proof"]["proofValue"] = value[:-3] + ("abc" if value[-3:] != "abc" else "def")
    bare = {key: value for key, value in other.items() if key != "proof"}
    other = openbadges.add_proof(
        bare,
        Ed25519PrivateKey.generate(),
        method=signed["proof"]["verificationMethod"],
        created=made.NOW,
        contexts=badges.contexts(),
    )
    extra["credentialSubject"]["rank"] = "first"
    return {"changed name": name, "changed proof": proof, "another key": other, "unsigned property": extra}


def _forged_token(text: str) -> dict[str, str]:
    head, body, signature = text.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    payload["name"] = "Doctor of Everything"
    changed = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    other = openbadges.sign_token(
        {k: v for k, v in payload.items() if k not in ("iss", "jti", "sub", "nbf", "exp")},
        RSAKey.generate_key(2048),
        kid=badges.kid(keys.signing().key_id),
    )
    return {
        "changed payload": f"{head}.{changed}.{signature}",
        "no algorithm": f"{none}.{body}.",
        "another key": other,
    }


def test_foreign_libraries_accept_ours_and_reject_what_is_forged_revoked_or_expired(issued):
    signed, ended = (json.loads(badges.signed_json(c)) for c in issued)
    token, ended_token = (badges.signed_token(c) for c in issued)
    now = "2026-07-01T00:00:00Z"
    cases = [
        {"name": "good", "kind": "di", "credential": signed, "now": now},
        {"name": "revoked", "kind": "di", "credential": ended, "now": now},
        {"name": "expired", "kind": "di", "credential": signed, "now": LATER},
        {"name": "jwt good", "kind": "jwt", "credential": token, "now": now},
        {"name": "jwt revoked", "kind": "jwt", "credential": ended_token, "now": now},
        {"name": "jwt expired", "kind": "jwt", "credential": token, "now": LATER},
    ]
    cases += [{"name": n, "kind": "di", "credential": c, "now": now} for n, c in _forged(signed).items()]
    cases += [
        {"name": f"jwt {n}", "kind": "jwt", "credential": c, "now": now}
        for n, c in _forged_token(token).items()
    ]
    bare = {key: value for key, value in signed.items() if key != "proof"}
    answer = _node({"documents": _served(signed), "cases": cases, "canonical": [bare]})
    got = {name: result["verified"] for name, result in answer["results"].items()}
    assert got == {case["name"]: case["name"] in ("good", "jwt good") for case in cases}, answer["results"]
    assert answer["canonical"] == [rdf_canonical(bare, badges.contexts())]
    _ours_agrees(cases)
    _theirs_are_judged(answer["made"])


def _ours_agrees(cases):
    """The judge of the site says the same, and why."""
    verdicts = {
        "good": "valid", "revoked": "revoked", "expired": "expired", "changed name": "forged",
        "changed proof": "forged", "another key": "forged", "unsigned property": "forged",
        "changed payload": "forged", "no algorithm": "forged",
    }  # fmt: skip
    for case in cases:
        found = _judge(case["credential"], case["now"])
        assert found.verdict == verdicts[case["name"].removeprefix("jwt ")], (case["name"], found.problems)


def _judge(credential, now):
    data = credential if isinstance(credential, str) else json.dumps(credential)
    return openbadges.judge(
        data,
        contexts=badges.contexts(),
        keys=badges.known_keys(),
        status=badges.own_status,
        now=datetime.fromisoformat(now),
    )


def _theirs_are_judged(theirs):
    """Badges that other libraries signed, with keys that they carry themselves."""
    now = "2026-07-01T00:00:00+00:00"
    for name in ("integrity", "didJwk"):
        assert _judge(theirs[name], now).verdict == "valid", (name, _judge(theirs[name], now).problems)
    changed = json.loads(json.dumps(theirs["integrity"]))
    changed["credentialSubject"]["achievement"]["name"] = "Another"
    assert _judge(changed, now).verdict == "forged"
    assert _judge(theirs["jwkInHeader"], now).verdict == "cannot be judged offline"
    assert _judge(theirs["otherIssuer"], now).verdict == "forged"


def test_joserfc_and_cryptography_verify_from_what_the_site_serves(issued):
    good, _ = issued
    signed, token = json.loads(badges.signed_json(good)), badges.signed_token(good)
    served = _served(signed)
    key = RSAKey.import_key(served[badges.kid(good.key_id)])
    claims = jwt.decode(token, key, algorithms=["RS256"]).claims
    assert claims["iss"] == badges.issuer_id()
    assert claims["jti"] == signed["id"]
    assert claims["credentialSubject"]["identifier"][0]["identityHash"] == good.name
    public = from_multibase(served[signed["proof"]["verificationMethod"]]["publicKeyMultibase"])
    assert openbadges.check_proof(signed, signed["proof"], public, badges.contexts())
    profile = served[badges.issuer_id()]
    assert signed["proof"]["verificationMethod"] in profile["assertionMethod"]


def test_the_same_certificate_gives_the_same_bytes_for_ever(issued):
    good, _ = issued
    assert badges.signed_json(good) == badges.signed_json(good)
    assert badges.signed_token(good) == badges.signed_token(good)


def test_badges_of_a_retired_key_go_on_to_be_valid(issued, tmp_path, settings):
    good, _ = issued
    held = tmp_path / "keys.json"
    held.write_text(keys.path().read_text())
    settings.NAGARA_BADGE_KEY = str(held)
    old = keys.signing().key_id
    new = keys.rotate()
    assert [key.key_id for key in keys.all_keys()] == [old, new.key_id]
    assert held.stat().st_mode & 0o777 == 0o600
    signed = badges.signed_json(good)
    assert json.loads(signed)["proof"]["verificationMethod"] == badges.method_id(old)
    assert _judge(signed.decode(), "2026-07-01T00:00:00+00:00").verdict == "valid"
    document = Client().get("/.well-known/did.json").json()
    assert len(document["verificationMethod"]) == 4
    assert [row["kid"] for row in Client().get("/.well-known/jwks.json").json()["keys"]] == [
        badges.kid(old),
        badges.kid(new.key_id),
    ]


def test_keys_are_made_once_readable_by_the_owner_only(tmp_path, settings):
    settings.HOME = tmp_path
    first = keys.signing()
    assert keys.path().stat().st_mode & 0o777 == 0o600
    assert keys.signing() == first
    assert [p.name for p in tmp_path.iterdir()] == ["badge-keys.json"]


def test_the_status_list_says_who_was_revoked_and_tells_nobody_else(issued):
    good, gone = issued
    body = Client().get("/badges/status/1/").json()
    bits = openbadges.status.decode(body["credentialSubject"]["encodedList"])
    assert len(bits) * 8 == 131_072
    assert [openbadges.status.is_set(bits, c.status_index) for c in (good, gone)] == [False, True]
    listed = Client().get("/badges/revocations/").json()
    assert [row["id"] for row in listed["revokedCredential"]] == [gone.snapshot["id"]]
    assert "Copied" not in json.dumps(listed)
    assert Client().get("/badges/status/2/").status_code == 404


def test_a_badge_holds_names_and_a_hashed_address_and_no_more_about_the_person(issued):
    good, _ = issued
    text = badges.signed_json(good).decode()
    assert good.user.email not in text
    assert "سيتي رحمة" in text
    assert datetime.fromisoformat(json.loads(text)["validFrom"]) == good.issued_at.astimezone(UTC)
