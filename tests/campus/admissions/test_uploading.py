"""Uploads in pieces, against a foreign tus client, and without one."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from applicants import PDF, a_call, an_application, big_pdf, zipped
from nagara.campus.admissions.domain import uploading
from nagara.campus.admissions.models import Document, Upload
from nagara.campus.notices import regular

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
PIECE = "application/offset+octet-stream"


@pytest.fixture
def document(crowd):
    application = an_application(a_call(needs_nomination=False), crowd.bob)
    return application.documents.get(kind="cv")


def begin(client, document, length, **more):
    address = f"/applications/{document.application_id}/documents/{document.kind}/uploads/"
    return client.post(address, HTTP_UPLOAD_LENGTH=str(length), **TUS, **more)


def piece(client, address, offset, data, **more):
    return client.patch(address, data, content_type=PIECE, HTTP_UPLOAD_OFFSET=str(offset), **{**TUS, **more})


def test_pieces_become_the_document(crowd, document):
    client, content = crowd.client("bob"), big_pdf(1000)
    answer = begin(client, document, 1000, HTTP_UPLOAD_METADATA="filename Y3Yg4LiB4LiyLnBkZg==,x")
    assert (answer.status_code, answer["Upload-Offset"], answer["Tus-Resumable"]) == (201, "0", "1.0.0")
    address = answer["Location"].removeprefix("http://testserver")
    first = piece(client, address, 0, content[:600])
    assert (first.status_code, first["Upload-Offset"]) == (204, "600")
    asked = client.head(address, **TUS)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, "600", "1000")
    assert asked["Cache-Control"] == "no-store"
    assert piece(client, address, 600, content[600:]).status_code == 204
    document.refresh_from_db()
    assert (document.state, document.size, document.name) == ("received", 1000, "cv กา.pdf")
    assert document.path.read_bytes() == content
    assert piece(client, address, 1000, b"more").status_code == 409


def test_a_wrong_offset_changes_nothing(crowd, document):
    client = crowd.client("bob")
    address = begin(client, document, 100)["Location"].removeprefix("http://testserver")
    assert piece(client, address, 10, b"x" * 10).status_code == 409
    assert piece(client, address, 0, b"x" * 40).status_code == 204
    assert piece(client, address, 0, b"y" * 40).status_code == 409
    assert piece(client, address, 40, b"y" * 90).status_code == 413  # more than was said
    assert client.head(address, **TUS)["Upload-Offset"] == "40"
    assert (
        client.patch(address, b"x", content_type="text/plain", HTTP_UPLOAD_OFFSET="40", **TUS).status_code
        == 415
    )
    assert client.patch(address, b"x", content_type=PIECE, **TUS).status_code == 400
    assert piece(client, address, 40, b"x", HTTP_TUS_RESUMABLE="0.2.2").status_code == 412
    assert Upload.objects.get().path.read_bytes() == b"x" * 40


def test_what_came_before_a_break_is_kept(document, crowd):
    upload = uploading.begin(document, name="cv.pdf", length=1000, by=crowd.bob)
    content, sent = big_pdf(1000), []

    def read(size):
        if sent:
            raise OSError("the line broke")
        sent.append(1)
        return content[:300]

    assert uploading.take_piece(upload, offset=0, read=read).offset == 300
    rest = io.BytesIO(content[300:])
    upload.refresh_from_db()
    whole = uploading.take_piece(upload, offset=300, read=rest.read)
    uploading.finish(whole, by=crowd.bob)
    document.refresh_from_db()
    assert document.path.read_bytes() == content
    assert not list(upload.path.parent.iterdir())


@pytest.mark.django_db(transaction=True)
def test_of_two_pieces_at_the_same_offset_one_counts(document, crowd):
    upload = uploading.begin(document, name="cv.pdf", length=1000, by=crowd.bob)
    start, said = threading.Barrier(2), []

    def go(letter):
        source = io.BytesIO(letter * 500)
        try:
            start.wait()
            uploading.take_piece(Upload.objects.get(pk=upload.pk), offset=0, read=source.read)
            said.append("taken")
        except uploading.WrongOffset:
            said.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    upload.refresh_from_db()
    assert (sorted(said), upload.offset) == (["refused", "taken"], 500)
    assert upload.path.read_bytes() in (b"a" * 500, b"b" * 500)


def test_two_uploads_of_one_document_do_not_disturb_each_other(crowd, document):
    client = crowd.client("bob")
    addresses = [
        begin(client, document, len(PDF))["Location"].removeprefix("http://testserver") for _ in range(2)
    ]
    for address in addresses:
        assert piece(client, address, 0, PDF[:20]).status_code == 204
    for address in reversed(addresses):
        assert piece(client, address, 20, PDF[20:]).status_code == 204
    assert Document.objects.get(pk=document.pk).path.read_bytes() == PDF


def test_a_file_that_is_refused_says_why_and_goes(crowd, document):
    client, content = crowd.client("bob"), zipped("virus.exe")
    address = begin(client, document, len(content))["Location"].removeprefix("http://testserver")
    answer = piece(client, address, 0, content)
    assert answer.status_code == 422
    assert "This is a ZIP archive, which is not taken." in answer.content.decode()
    document.refresh_from_db()
    assert (document.state, document.file) == ("missing", "")
    assert not Upload.objects.get().path.exists()


def test_too_much_is_refused_at_the_beginning(crowd, document):
    client = crowd.client("bob")
    assert begin(client, document, 5 * 1024 * 1024 + 1).status_code == 413
    assert begin(client, document, 0).status_code == 400
    assert begin(client, document, "many").status_code == 400
    options = client.options(f"/applications/{document.application_id}/documents/cv/uploads/")
    assert (options.status_code, options["Tus-Version"]) == (204, "1.0.0")
    assert "creation" in options["Tus-Extension"]


def test_anothers_upload_does_not_exist(crowd, document):
    address = begin(crowd.client("bob"), document, 100)["Location"].removeprefix("http://testserver")
    for person in ("alice", "olga"):
        client = crowd.client(person)
        assert client.head(address, **TUS).status_code == 404
        assert piece(client, address, 0, b"x").status_code == 404
        assert begin(client, document, 100).status_code == 404
    assert piece(Client(), address, 0, b"x").status_code == 401


def test_an_upload_needs_the_pages_token(crowd, document):
    client = Client(enforce_csrf_checks=True)
    client.force_login(crowd.bob, backend="django.contrib.auth.backends.ModelBackend")
    assert begin(client, document, 100).status_code == 403


def test_an_upload_ends_when_the_person_says_so(crowd, document):
    client = crowd.client("bob")
    address = begin(client, document, 100)["Location"].removeprefix("http://testserver")
    path = Upload.objects.get().path
    assert client.delete(address, **TUS).status_code == 204
    assert not path.exists()
    assert client.head(address, **TUS).status_code == 404


def test_abandoned_uploads_are_swept(crowd, document):
    old = uploading.begin(document, name="a", length=9, by=crowd.bob)
    Upload.objects.update(touched_at=old.touched_at - timedelta(days=3))
    new = uploading.begin(document, name="b", length=9, by=crowd.bob)  # sweeps by the way
    assert list(Upload.objects.all()) == [new]
    assert not old.path.exists()
    assert uploading.sweep(older_than=timedelta(0), at=new.touched_at + timedelta(hours=1)) == 1


def test_the_worker_sweeps_too(crowd, document):
    old = uploading.begin(document, name="a", length=9, by=crowd.bob)
    done = regular.do_all(old.touched_at + timedelta(days=3))
    assert done["admissions: forget abandoned uploads"] == 1
    assert not old.path.exists()


def test_nobody_fills_the_disk_with_beginnings(crowd, document):
    for _ in range(uploading.MOST_UNDER_WAY + 3):
        uploading.begin(document, name="a", length=9, by=crowd.bob)
    assert Upload.objects.count() == uploading.MOST_UNDER_WAY


def test_a_plain_form_does_the_same_without_a_script(crowd, document):
    client = crowd.client("bob")
    address = f"/applications/{document.application_id}/documents/cv/"
    file = io.BytesIO(PDF)
    file.name = "my cv.pdf"
    assert client.post(address, {"file": file}).status_code == 302
    document.refresh_from_db()
    assert (document.state, document.name, document.type) == ("received", "my cv.pdf", "application/pdf")
    wrong = io.BytesIO(b"<html><script>alert(1)</script>")
    wrong.name = "cv.pdf"
    answer = client.post(address, {"file": wrong})
    assert (answer.status_code, "This is a web page, which is not taken." in answer.content.decode()) == (
        400,
        True,
    )
    large = io.BytesIO(big_pdf(5 * 1024 * 1024 + 1))
    large.name = "cv.pdf"
    assert "at most 5 MB" in client.post(address, {"file": large}).content.decode()
    assert "Choose a file first." in client.post(address).content.decode()


def test_files_are_downloads_that_no_browser_runs(crowd, document):
    client = crowd.client("bob")
    file = io.BytesIO(PDF)
    file.name = 'x".html'
    client.post(f"/applications/{document.application_id}/documents/cv/", {"file": file})
    answer = client.get(f"/applications/{document.application_id}/documents/cv/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith('attachment; filename="draft-')
    assert ".html" not in answer["Content-Disposition"]
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
def test_a_foreign_client_uploads_loses_the_line_and_goes_on(crowd, document, live_server, tmp_path):
    from tusclient import client as tus
    from tusclient.exceptions import TusUploadFailed

    content = big_pdf(300_000)
    path = tmp_path / "cv.pdf"
    path.write_bytes(content)
    cookie = crowd.client("bob").cookies["nagara_session"].value
    token = "a" * 32  # the cookie and the header say the same: what a page's token does
    headers = {"Cookie": f"nagara_session={cookie}; nagara_csrf={token}", "X-CSRFToken": token}
    address = f"{live_server.url}/applications/{document.application_id}/documents/cv/uploads/"
    client = tus.TusClient(address, headers=headers)
    first = client.uploader(str(path), chunk_size=50_000, metadata={"filename": "cv.pdf"})
    first.upload(stop_at=120_000)  # then the line is lost
    assert Upload.objects.get().offset == 120_000
    again = client.uploader(str(path), chunk_size=64_000, url=first.url)
    assert again.offset == 120_000  # asked of the server
    again.upload()
    document.refresh_from_db()
    assert document.path.read_bytes() == content
    again.offset = 10
    with pytest.raises(TusUploadFailed) as failed:
        again.upload_chunk()
    assert failed.value.status_code == 409
