"""Personal links: foreign, expired, of somebody else's purpose."""

import pytest

from applicants import a_call, a_nomination
from nagara.campus.people import links


@pytest.mark.parametrize("address", ["nominate", "nominated", "cosign"])
def test_a_link_that_is_not_ours_is_a_page_that_says_so(address, crowd):
    made = a_nomination(a_call(), crowd.alice)
    client = crowd.client("nobody")
    purpose = {"nominate": "nominate", "nominated": "nominee", "cosign": "cosign"}[address]
    key = str(made.cosignature.pk if address == "cosign" else made.pk)
    tokens = {
        "foreign": links.make("invitation", key, days=3),
        "expired": links.make(purpose, key, days=-1),
        "of nobody": links.make(purpose, "999999", days=3),
        "cut off": links.make(purpose, key, days=3)[:-4],
    }
    for what, token in tokens.items():
        for answer in (client.get(f"/{address}/{token}/"), client.post(f"/{address}/{token}/")):
            assert answer.status_code == 404, what
            assert "Ask for a new one" in answer.content.decode(), what
