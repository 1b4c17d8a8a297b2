"""What keeps a page safe, on every page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

PAGES = [
    "/",
    "/cities/",
    "/cities/?state=ID&focus=built-infrastructure",
    "/cities/?state=ZZ",
    "/cities/jakarta/",
    "/cities/harbour/",
    "/cities/dili/",
    "/cities/jakarta/runs/",
    "/cities/dili/runs/",
    "/cities/jakarta/tables/observation/",
    "/cities/jakarta/sources/levels/",
    "/cities/harbour/map/",
    "/recipes/",
    "/recipes/sensor-qa/",
    "/recipes/sensor-qa/?city=jakarta",
    "/api/",
    "/about/",
    "/account/login/",
    "/account/password/reset/",
    "/nowhere/",
]
SIGNED_IN = [
    "/me/",
    "/cities/jakarta/bring/",
    "/account/2fa/",
    "/account/email/",
    "/account/password/change/",
]


class Inline(HTMLParser):
    """Finds what a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if (
            tag == "script"
            and "src" not in given
            and given.get("type") not in {"application/json", "importmap"}
        ):
            self.found.append("inline script")
        if tag == "style":
            self.found.append("inline style")
        for name, value in given.items():
            if name.startswith("on") or name == "style" or (value or "").lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}")
            if name in {"src", "href"} and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"outside: {value}")


def _check(answer) -> None:
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    reader = Inline()
    reader.feed(answer.content.decode())
    assert reader.found == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_inline_script_inline_style_or_anything_from_outside(page, seeded, filled, client):
    _check(client.get(page))


@pytest.mark.parametrize("page", SIGNED_IN)
def test_nor_has_any_page_behind_the_sign_in(page, crowd, filled):
    _check(crowd.client("olga").get(page))


def test_a_run_page_has_none_either(seeded, a_run, client):
    _check(client.get(f"/cities/jakarta/runs/{a_run}/"))


def test_cookies_are_for_this_site_and_not_for_scripts(crowd, client):
    answer = client.post(
        "/account/login/", {"login": "alice@example.org", "password": "correct horse battery"}
    )
    session = answer.cookies["nagara_session"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")


def test_a_form_without_its_token_is_refused_in_plain_words(crowd):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(crowd.alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/me/", {"passport_name": "X"})
    assert answer.status_code == 403
    assert "The form was too old." in answer.content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_choice_of_colours_never_leads_away(target, client, db):
    assert client.post("/theme/", {"theme": "dark", "next": target}).url == "/"


def test_the_choice_of_colours_is_kept_without_javascript(client, seeded):
    client.post("/theme/", {"theme": "dark", "next": "/about/"})
    assert '<html lang="en" data-theme="dark">' in client.get("/about/").content.decode()
    client.post("/theme/", {"theme": "auto", "next": "/about/"})
    assert '<html lang="en">' in client.get("/about/").content.decode()


def test_errors_are_pages_that_say_how_to_go_on(client, seeded):
    missing = client.get("/cities/atlantis/")
    assert missing.status_code == 404
    assert "There is no city of that name here." in missing.content.decode()
    assert "Look under Cities or Recipes." in missing.content.decode()


def test_a_fault_of_ours_is_a_page_too(seeded, settings, monkeypatch):
    from django.test import Client

    settings.NAGARA_LAKE = "/dev/null/nowhere"
    answer = Client(raise_request_exception=False).get("/cities/")
    assert answer.status_code in {400, 500}
    assert "<h1>" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_costly_pages_are_limited(seeded, filled, client):
    answers = [client.get("/cities/jakarta/tables/observation.csv").status_code for _ in range(25)]
    assert answers.count(200) == 20
    assert answers[-1] == 429


def test_the_admin_pages_send_strangers_to_the_one_sign_in(client, db):
    assert client.get("/admin/").url.startswith("/admin/login/")
    assert client.get("/admin/login/").url.startswith("/account/login/")


def test_the_health_check_answers_monitors(client, db):
    assert client.get("/health/").json()["status"] == "ok"
