"""A learner by keyboard alone: types, takes a suggestion, runs, mends an error, looks at the chart."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_learner_asks_by_keyboard_alone(crowd, visit):
    page = visit("/cities/jakarta/sql/", who="bob", keep=True)
    page.wait_for_selector(".sql-editor.ready")
    page.focus("#id_sql")
    keys = page.keyboard
    keys.type("sel")
    page.wait_for_selector("[role=listbox]:not([hidden])")
    keys.press("Tab")
    keys.type(" source_id, count(*) as n\nfrom obs")
    assert page.locator("[role=option][aria-selected=true] code").inner_text() == "observation"
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.type(" o\ngroup by o.sourc")
    keys.press("Tab")
    keys.press("Escape")
    assert (
        page.input_value("#id_sql")
        == "select source_id, count(*) as n\nfrom observation o\ngroup by o.source_id"
    )
    assert page.locator(".sql-colours .sql-table").all_inner_texts() == ["observation"]
    keys.press("Control+Enter")
    page.wait_for_selector("#result table")
    assert sorted(page.locator("#result td.num").all_inner_texts()) == ["5", "5"]
    assert "/sql/" in page.url and page.url.rstrip("/").rpartition("/")[2].isdigit()

    page.focus("#id_sql")
    keys.press("Control+End")
    keys.type(" order by nn")
    keys.press("Escape")
    keys.press("Control+Enter")
    page.wait_for_selector("[data-sql-problem]")
    assert "There is no column nn here." in page.inner_text("#answer")
    chosen = page.evaluate(
        "(() => { const a = document.getElementById('id_sql'); return a.value.slice(a.selectionStart, a.selectionEnd) })()"
    )
    assert chosen == "nn"
    keys.type("n")
    keys.press("Escape")
    keys.press("Control+Enter")
    page.wait_for_selector("#result table")
    chart = page.get_by_role("link", name="Chart")
    chart.focus()
    keys.press("Enter")
    page.wait_for_selector("figure img")
    assert page.evaluate(
        "async () => { const i = document.querySelector('figure img'); await i.decode(); return i.naturalWidth > 100 }"
    )
    assert page.said == []
