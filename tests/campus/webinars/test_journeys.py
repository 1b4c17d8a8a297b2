"""A guest without an account registers, confirms by the letter and joins."""

import importlib.util
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from nagara.campus.notices.models import Notice
from nagara.campus.webinars.models import Registration

_spec = importlib.util.spec_from_file_location("webinar_factories", Path(__file__).with_name("factories.py"))
f = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(f)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_guest_registers_confirms_by_mail_and_joins(visit, live_server, crowd):
    webinar = f.make_webinar("City data for all", seats=30)
    f.put(webinar, timezone.now() + timedelta(days=5))
    page = visit("/webinars/", screen="phone", javascript=False)
    page.get_by_role("link", name="City data for all").click()
    page.get_by_role("textbox", name="Name").fill("မောင်ကျော်ဇင်ထက်")
    page.get_by_role("textbox", name="E-mail").fill("guest@example.org")
    page.get_by_label("Country").select_option("MM")
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Register").click()
    page.get_by_text("Look into your mail").wait_for()
    assert Registration.objects.get().state == "asked"
    letter = Notice.objects.get(address="guest@example.org").body
    page.goto(live_server.url + re.search(r"/webinars/place/[\w-]+/", letter).group())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="You have a seat").wait_for()
    f.put(webinar, timezone.now() + timedelta(minutes=10))
    page.get_by_role("link", name="The way in").click()
    page.get_by_role("button", name="Join now").click()
    assert page.locator(f'a[href="{f.LINK}"]').count() == 1
    held = Registration.objects.get()
    assert (held.name, held.state, held.joined_at is not None) == ("မောင်ကျော်ဇင်ထက်", "seated", True)
    page.goto(f"{live_server.url}{webinar.get_absolute_url()}")
    assert page.said == []
