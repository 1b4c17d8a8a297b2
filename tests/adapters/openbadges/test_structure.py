"""What an Open Badge must look like: our table against the data model of 1EdTech; the examples of 2.0."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from nagara.adapters.openbadges.judging import Verdict, judge
from nagara.adapters.openbadges.structure import CLASSES, STATUSES, problems

OURS = {"TYPE": "IRI", "String": "IRI"}
INHERITED = {"AchievementCredential", "EndorsementCredential"}
"""Classes that in the model take the rest of their properties from VerifiableCredential."""


def _model(text: str) -> dict[str, dict[str, tuple[str, int, int]]]:
    """Classes of a .lines file of the Common Data Model: property -> (kind, least, most; 0 is any)."""
    found: dict[str, dict[str, tuple[str, int, int]]] = {}
    held: dict[str, tuple[str, int, int]] = {}
    for line in text.splitlines():
        row = line.split()
        if not row or row[0].startswith("//"):
            continue
        if row[0] in ("Class", "Include", "Package"):
            held = {}
            if row[0] == "Class":
                found.setdefault(row[1], held)
        elif row[0] == "Property" and len(row) >= 4 and re.match(r"\d", row[3]):
            least, _, most = row[3].partition("..")
            held[row[1]] = (row[2], int(least), 0 if most == "*" else int(most or least))
    return found


@pytest.fixture
def model(data):
    return _model((data / "programme/open_badges/common_credentials.lines").read_text("utf-8"))


def test_our_table_says_of_every_class_what_the_model_says(model):
    for name, ours in CLASSES.items():
        theirs = dict(model[name])
        if name in INHERITED:
            theirs = {**model["VerifiableCredential"], **theirs}
        theirs.pop("@context", None)
        assert set(ours) == set(theirs), name
        for prop, row in ours.items():
            kind, least, most = theirs[prop]
            assert (row.least, row.most) == (least, most), f"{name}.{prop}"
            assert kind == row.kind or kind == OURS.get(row.kind), f"{name}.{prop}"


def test_the_model_of_the_interface_has_the_operations_that_a_badge_host_needs(data):
    """ob_v3p0.lines describes exchange between hosts; we offer files and links, and read what it names."""
    text = (data / "programme/open_badges/ob_v3p0.lines").read_text("utf-8")
    assert re.search(r"Operation getCredentials GET", text)
    assert "AchievementCredential" in text
    assert "CompactJws" in text


def test_the_states_of_a_result_are_those_of_the_model(model, data):
    text = (data / "programme/open_badges/common_credentials.lines").read_text("utf-8")
    block = text[text.index("Class ResultStatusType") :]
    block = block[: block.index("\n\n")]
    assert tuple(re.findall(r"Property (\w+) Term", block)) == STATUSES


# verdicts of the examples of Open Badges 2.0, in their order, as the standard says: only an Assertion is a
# badge; what is hosted or signed with a key on a server cannot be judged offline; several examples are cut
# short or are no JSON (line breaks inside text, commas at the end), which a reader must survive
EXAMPLES = [
    *("expired", "unreadable", "cannot be judged offline", "unreadable", "unreadable"),
    *("cannot be judged offline", "cannot be judged offline", "cannot be judged offline", "revoked"),
    *("cannot be judged offline", "unreadable", "unreadable", "cannot be judged offline"),
    *("cannot be judged offline", "unreadable", "unreadable", "cannot be judged offline"),
    *("cannot be judged offline", "cannot be judged offline", "cannot be judged offline"),
    *("cannot be judged offline", "unreadable", "cannot be judged offline", "cannot be judged offline"),
    "revoked",
]
KINDS = {
    0: "Assertion",
    2: "Issuer",
    5: "Assertion",
    6: "CryptographicKey",
    7: "RevocationList",
    22: "Endorsement",
}


@pytest.fixture
def examples(data):
    text = (data / "programme/open_badges/ob2_examples.md").read_text("utf-8")
    return re.findall(r"\{% highlight json %\}\n(.*?)\{% endhighlight %\}", text, re.DOTALL), text


def test_the_examples_of_open_badges_2_are_recognised_and_never_called_valid(examples):
    blocks, _ = examples
    found = [judge(block, contexts={}) for block in blocks]
    assert [str(one.verdict) for one in found] == EXAMPLES
    assert all(one.version == "2.0" for one in found if one.verdict != Verdict.UNREADABLE)
    for place, kind in KINDS.items():
        assert found[place].document["type"] == kind


def test_a_hosted_assertion_says_where_it_is_checked_and_a_key_that_it_is_no_badge(examples):
    blocks, _ = examples
    assert "on its issuer's server" in judge(blocks[5], contexts={}).problems[0].what
    assert judge(blocks[0], contexts={}).problems[0].where == "expires"
    assert "not a badge that was given" in judge(blocks[6], contexts={}).problems[0].what


def test_the_signed_example_of_open_badges_2_is_read_as_such(examples):
    _, text = examples
    block = re.search(r"\{% highlight html %\}\n(eyJ.*?)\{% endhighlight %\}", text, re.DOTALL).group(1)
    found = judge(re.sub(r"\s", "", block), contexts={})
    # its claims are of 1.1 form (`verify` instead of `verification`), as the page itself says
    assert (found.version, found.proof) == ("2.0", "JWS RS256")
    assert [(p.where, p.what) for p in found.problems] == [("verification", "is missing")]


def test_an_assertion_without_what_2_asks_for_is_malformed(examples):
    blocks, _ = examples
    row = json.loads(blocks[0])
    del row["recipient"]
    found = judge(json.dumps(row), contexts={})
    assert (found.verdict, found.problems[0].where) == ("malformed", "recipient")


GOOD = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://a.example/issuer", "type": ["Profile"]},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "urn:uuid:2",
            "type": "Achievement",
            "name": "A",
            "description": "B",
            "criteria": {"narrative": "C"},
        },
    },
}


def _with(path: str, value):
    made = json.loads(json.dumps(GOOD))
    *way, last = path.split("/")
    held = made
    for step in way:
        held = held[step]
    if value is None:
        held.pop(last)
    else:
        held[last] = value
    return made


def test_a_sound_badge_has_no_problems():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("id", None, "id"),
        ("id", "no address", "id"),
        ("type", ["VerifiableCredential"], "type"),
        ("type", ["OpenBadgeCredential"], "type"),
        ("issuer", None, "issuer"),
        ("issuer", {"type": ["Profile"]}, "issuer.id"),
        ("validFrom", "2026-01-01T00:00:00", "validFrom"),
        ("validFrom", "2026-01-01", "validFrom"),
        ("credentialSubject", [{}, {}], "credentialSubject"),
        ("credentialSubject/achievement", None, "credentialSubject.achievement"),
        ("credentialSubject/achievement/name", None, "credentialSubject.achievement.name"),
        ("credentialSubject/achievement/criteria", "text", "credentialSubject.achievement.criteria"),
        ("credentialSubject/achievement/creditsAvailable", "3", "credentialSubject.achievement.creditsAvailable"),
        ("credentialSubject/result", [{"type": ["Result"], "status": "Great"}], "credentialSubject.result.status"),
        ("@context", ["https://www.w3.org/ns/credentials/v2"], "@context"),
        ("credentialSubject/identifier", {"type": "IdentityObject"}, "credentialSubject.identifier.hashed"),
        ("issuer", {"id": "urn:a:1", "type": ["Profile"], "otherIdentifier": "x"}, "issuer.otherIdentifier"),
        ("proof", "signed, honestly", "proof"),
    ],
)  # fmt: skip
def test_each_lack_is_named_with_its_place(path, value, where):
    assert where in [at for at, _ in problems(_with(path, value))]


def test_a_credential_of_the_model_1_1_is_allowed():
    old = json.loads(json.dumps(GOOD))
    old["@context"] = [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    ]
    old["issuanceDate"] = old.pop("validFrom")
    assert problems(old) == []


def test_a_badge_without_a_proof_is_called_so():
    found = judge(json.dumps(GOOD), contexts={}, now=datetime(2026, 6, 1, tzinfo=UTC))
    assert (found.verdict, found.problems[0].where) == (Verdict.OPEN, "proof")
