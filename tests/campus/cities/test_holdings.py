"""What lists say of cities with data: right at once, without opening tables that were seen before."""

import subprocess
import sys

from django.conf import settings

from nagara.campus.cities.lakes import holdings
from nagara.campus.cities.models import Holding
from nagara.citylab.lake import Lake


def test_a_list_knows_each_city_of_the_lake(filled, db):
    held = {row.slug: row for row in holdings()}
    assert (held["jakarta"].sources, held["jakarta"].simulated) == (2, False)
    assert held["harbour"].simulated


def test_a_snapshot_is_looked_into_once_and_a_new_one_again(filled, db, django_assert_num_queries):
    holdings()
    with django_assert_num_queries(1):
        before = {row.slug: row.stamp for row in holdings()}
    Lake(settings.NAGARA_LAKE).city("jakarta").erase("levels", "asked for")
    after = {row.slug: row for row in holdings()}
    assert after["jakarta"].stamp != before["jakarta"]
    assert after["jakarta"].sources == 1
    assert Holding.objects.filter(slug="jakarta").count() == 1


def test_listing_a_lake_loads_neither_arrow_nor_delta():
    code = (
        "import sys; import nagara.citylab.lake.storage, nagara.citylab.recipes as r; r.catalogue();"
        "print([m for m in ('pyarrow', 'deltalake', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
