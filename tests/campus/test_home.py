"""The home folder: the secret, the database, the variables."""

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from nagara.campus.database import database
from nagara.campus.home import flag, lake_root, secret_key, whole, words


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NAGARA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("NAGARA_LAKE", raising=False)
    return tmp_path / "home"


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(home):
    first = secret_key()
    assert len(first) > 50
    assert secret_key() == first
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600


def test_a_given_secret_wins_and_is_not_written_down(home, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    assert secret_key() == "given"
    assert not (home / "secret").exists()


def test_the_lake_lies_in_the_home_folder_unless_it_is_named(home, monkeypatch):
    assert lake_root() == str(home / "lake")
    monkeypatch.setenv("NAGARA_LAKE", "s3://bucket/lake")
    assert lake_root() == "s3://bucket/lake"


def test_sqlite_is_safe_for_several_processes(home):
    made = database("", home)
    assert made["NAME"] == str(home / "nagara.sqlite3")
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert made["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in made["OPTIONS"]["init_command"]
    assert "synchronous=NORMAL" in made["OPTIONS"]["init_command"]


def test_postgresql_by_one_address(home):
    made = database("postgresql://me:p%40ss@db.example:5433/city?sslmode=require", home)
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == (
        "me",
        "p@ss",
        "db.example",
        "5433",
    )
    assert (made["NAME"], made["OPTIONS"]) == ("city", {"sslmode": "require"})


def test_another_database_is_refused_in_words(home):
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        database("mysql://x/y", home)


def test_switches_lists_and_numbers(monkeypatch):
    monkeypatch.setenv("A", "yes")
    monkeypatch.setenv("B", "one, two,,")
    monkeypatch.setenv("C", "7")
    assert (flag("A"), flag("NOT_THERE"), flag("NOT_THERE", default=True)) == (True, False, True)
    assert (words("B"), words("NOT_THERE", "x")) == (["one", "two"], ["x"])
    assert (whole("C", 1), whole("NOT_THERE", 1)) == (7, 1)
