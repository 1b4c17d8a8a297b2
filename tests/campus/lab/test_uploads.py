"""Names of uploaded files."""

from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.lab.uploads import file_name


@given(st.text(max_size=300), st.sets(st.text(max_size=5), max_size=3))
def test_a_name_never_leaves_its_folder_and_is_never_taken_twice(given_name, taken):
    name = file_name(given_name, taken)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert name not in taken
    assert name.isprintable()


def test_a_path_becomes_its_last_part():
    assert file_name("../../etc/passwd", set()) == "passwd"
    assert file_name("C:\\data\\ตาราง.csv", set()) == "ตาราง.csv"


def test_two_files_of_one_name_get_two_names():
    assert file_name("a.csv", {"a.csv", "a-2.csv"}) == "a-3.csv"
