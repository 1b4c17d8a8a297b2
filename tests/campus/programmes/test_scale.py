"""The full size of a Campus is made quickly, and its lists stay light."""

import gzip

from benchmarks.campus_scale import fill

from nagara.campus.programmes.models import Enrolment


def test_lists_of_a_large_site_stay_light(policies, crowd, django_assert_max_num_queries):
    fill(batches=6, people=600)
    assert Enrolment.objects.count() == 600
    client = crowd.client("olga")
    for page in ("/batches/", "/batches/scale-3/people/", "/batches/scale-3/plan/"):
        with django_assert_max_num_queries(9):
            body = client.get(page).content
        assert len(gzip.compress(body)) < 15_000, page
