"""Archives: bounded, without trust, and tolerant of how people pack."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings, Refusal, Severity
from nagara.citylab.sources.archives import Limits, is_zip, open_archive


def zipped(path: Path, members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def rules(findings: Findings) -> set[str]:
    return {f.rule for f in findings}


def test_members_of_a_zip_and_of_a_folder_read_alike(tmp_path: Path) -> None:
    files = {"feed/stops.txt": b"a\n1\n", "feed/trips.txt": b"b\n", "readme.md": b""}
    pack = zipped(tmp_path / "a.zip", files)
    folder = tmp_path / "folder"
    (folder / "feed").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for path in (pack, folder):
        findings = Findings()
        with open_archive(path, findings) as archive:
            assert sorted(archive.names()) == sorted(files)
            assert {name: archive.read(name) for name in archive.names()} == files
            assert archive.size("feed/stops.txt") == 4
        assert len(findings) == 0


def test_a_member_is_called_by_its_archive_in_findings(tmp_path: Path) -> None:
    with open_archive(zipped(tmp_path / "g.zip", {"stops.txt": "x"}), Findings()) as archive:
        assert archive.label("stops.txt") == "g.zip/stops.txt"
    with open_archive(tmp_path, Findings()) as archive:
        assert archive.label("stops.txt") == "stops.txt"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../out.txt", "archive-path-traversal"),
        ("a/../../out.txt", "archive-path-traversal"),
        ("..\\out.txt", "archive-path-traversal"),
        ("/etc/passwd", "archive-absolute-name"),
        ("\\\\server\\share", "archive-absolute-name"),
        ("C:/windows/x.txt", "archive-absolute-name"),
    ],
)
def test_a_name_that_leaves_the_archive_is_left_out_and_the_rest_kept(
    tmp_path: Path, name: str, rule: str
) -> None:
    findings = Findings()
    with open_archive(zipped(tmp_path / "a.zip", {name: "x", "stops.txt": "y"}), findings) as archive:
        assert archive.names() == ["stops.txt"]
    assert [(f.rule, f.severity, f.example) for f in findings] == [(rule, Severity.REFUSE, name)]


def test_links_are_left_out_of_zips_and_folders(tmp_path: Path) -> None:
    pack = tmp_path / "a.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        link = zipfile.ZipInfo("stops.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    findings = Findings()
    assert open_archive(pack, findings).names() == []
    assert rules(findings) == {"archive-link"}

    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").write_text("s")
    os.symlink(tmp_path / "secret", folder / "stops.txt")
    os.mkfifo(folder / "pipe")
    findings = Findings()
    assert open_archive(folder, findings).names() == []
    assert rules(findings) == {"archive-link", "archive-special-file"}


def test_an_encrypted_member_is_left_out(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"stops.txt": "x", "trips.txt": "y"}, zipfile.ZIP_STORED)
    raw = bytearray(pack.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[central + 8] |= 1  # general purpose flag of the first member in the directory
    pack.write_bytes(raw)
    findings = Findings()
    with open_archive(pack, findings) as archive:
        assert archive.names() == ["trips.txt"]
    assert rules(findings) == {"archive-encrypted"}


def test_a_bomb_is_refused_by_ratio_total_and_count(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"zeros": b"\0" * 3_000_000, "more": b"\0" * 3_000_000})
    for limits, rule in [
        (Limits(ratio_from=1_000_000), "archive-bomb"),
        (Limits(total=4_000_000), "archive-too-large"),
        (Limits(members=1), "archive-too-many-members"),
    ]:
        findings = Findings()
        with pytest.raises(Refusal):
            open_archive(pack, findings, limits)
        assert rules(findings) == {rule}


def test_a_folder_is_bounded_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "b").write_bytes(b"x" * 100)
    for limits, rule in [
        (Limits(total=150), "archive-too-large"),
        (Limits(members=1), "archive-too-many-members"),
    ]:
        findings = Findings()
        with pytest.raises(Refusal):
            open_archive(tmp_path, findings, limits)
        assert rules(findings) == {rule}


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_declares(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"zeros": b"\0" * 5_000_000})
    raw = bytearray(pack.read_bytes())
    central = raw.index(b"PK\x01\x02")
    raw[central + 24 : central + 28] = struct.pack("<I", 10)
    pack.write_bytes(raw)
    findings = Findings()
    with open_archive(pack, findings, Limits(ratio_from=1_000_000)) as archive, pytest.raises(Refusal):
        archive.read("zeros")
    assert rules(findings) == {"archive-damaged"}


def test_what_is_read_counts_over_all_members(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"a": b"x" * 60, "b": b"x" * 60}, zipfile.ZIP_STORED)
    with open_archive(pack, Findings(), Limits(total=150)) as archive:
        archive.read("a")
        archive.read("b")
        with pytest.raises(Refusal, match="inflates to more"):
            archive.read("a")


def test_members_that_share_bytes_are_a_bomb(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"a.txt": "x" * 50, "b.txt": "y" * 50}, zipfile.ZIP_STORED)
    raw = bytearray(pack.read_bytes())
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    raw[second + 42 : second + 46] = struct.pack("<I", 0)  # offset of the first member
    pack.write_bytes(raw)
    findings = Findings()
    with pytest.raises(Refusal):
        open_archive(pack, findings)
    assert rules(findings) == {"archive-bomb"}


def test_a_damaged_member_is_refused_by_name(tmp_path: Path) -> None:
    pack = zipped(tmp_path / "a.zip", {"stops.txt": os.urandom(2000)})
    raw = bytearray(pack.read_bytes())
    raw[500] ^= 0xFF
    pack.write_bytes(raw)
    findings = Findings()
    with open_archive(pack, findings) as archive, pytest.raises(Refusal) as refusal:
        archive.read("stops.txt")
    assert refusal.value.where == "a.zip/stops.txt"
    assert rules(findings) == {"archive-damaged"}


def test_debris_of_desktops_is_no_data(tmp_path: Path) -> None:
    names = ["__MACOSX/feed/._stops.txt", ".DS_Store", "feed/._stops.txt", "feed/Thumbs.db", "feed/stops.txt"]
    with open_archive(zipped(tmp_path / "a.zip", dict.fromkeys(names, "x")), Findings()) as archive:
        assert archive.names() == ["feed/stops.txt"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_is_told(tmp_path: Path) -> None:
    pack = tmp_path / "a.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("stops.txt", "old")
        archive.writestr("stops.txt", "new")
    findings = Findings()
    with open_archive(pack, findings) as opened:
        assert opened.read("stops.txt") == b"new"
    assert rules(findings) == {"archive-duplicate-member"}


def test_what_is_no_archive_is_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "a.zip"
    text.write_text("not a zip")
    assert not is_zip(text)
    with pytest.raises(Refusal, match="not a zip"):
        open_archive(text, Findings())
    with pytest.raises(Refusal):
        open_archive(tmp_path / "absent.zip", Findings())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_any_damage_reads_or_refuses_and_never_breaks(tmp_path: Path, at: int, value: int, cut: int) -> None:
    pack = zipped(tmp_path / "a.zip", {"stops.txt": "stop_id\n1\n" * 20, "trips.txt": "trip_id\n"})
    raw = bytearray(pack.read_bytes())
    raw[at % len(raw)] = value
    pack.write_bytes(raw[: max(len(raw) - (cut if cut > 200 else 0), 0)])
    try:
        with open_archive(pack, Findings()) as archive:
            for name in archive.names():
                archive.read(name)
    except Refusal:
        pass
