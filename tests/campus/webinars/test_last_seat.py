"""Many confirm at once: no seat is given twice, nobody is lost."""

import importlib.util
import threading
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from nagara.campus.webinars import domain
from nagara.campus.webinars.models import Registration

_spec = importlib.util.spec_from_file_location("webinar_factories", Path(__file__).with_name("factories.py"))
f = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(f)


@pytest.mark.django_db(transaction=True)
def test_the_last_seats_go_to_as_many_as_there_are_seats(seeded):
    webinar = f.make_webinar(seats=3)
    asked = [f.ask(webinar, f"Guest {n}") for n in range(8)]
    failed = []
    barrier = threading.Barrier(len(asked))

    def confirm(one) -> None:
        barrier.wait()
        try:
            domain.confirm(Registration.objects.select_related("webinar").get(pk=one.pk), now=f.NOW)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[one]) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Counter(Registration.objects.values_list("state", flat=True)) == {"seated": 3, "waiting": 5}
