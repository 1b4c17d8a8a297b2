import threading

import pytest

from nagara.citylab.sources.text.prefetch import ahead


def test_items_come_in_their_order():
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_what_making_them_raises_comes_after_the_items_before_it():
    def items():
        yield 1
        raise ValueError("torn")

    got = []
    with pytest.raises(ValueError, match="torn"):
        got.extend(ahead(items()))
    found = ahead(items())
    assert next(found) == 1


def test_leaving_early_ends_the_thread():
    before = threading.active_count()
    found = ahead(iter(range(1_000_000)))
    assert next(found) == 0
    found.close()
    assert threading.active_count() == before
