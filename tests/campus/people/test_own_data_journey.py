"""A person takes out own data and then erases them, in a real browser on a phone."""

import json
import zipfile

import pytest

from nagara.campus.people.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_person_takes_own_data_out_and_erases_them(visit, crowd, live_server):
    person = crowd.charlie
    page = visit("/me/data/", screen="phone", who="charlie")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Take it all out").click()
    with zipfile.ZipFile(waiting.value.path()) as taken:
        told = {name: taken.read(name).decode("utf-8-sig") for name in taken.namelist()}
    assert any("charlie@example.org" in text for text in told.values())
    assert all(json.loads(text) is not None for name, text in told.items() if name.endswith(".json"))

    page.get_by_role("link", name="Erase it").click()
    page.get_by_label("Reason").fill("I leave the programme.")
    page.get_by_label("E-mail address of the account").fill("charlie@example.org")
    page.get_by_role("button", name="Erase for ever").click()
    page.wait_for_url(f"{live_server.url}/")

    person.refresh_from_db()
    assert (person.passport_name, person.is_active) == ("Erased person", False)
    assert not User.objects.filter(email="charlie@example.org").exists()
    page.goto(f"{live_server.url}/me/")
    assert "/account/login/" in page.url
