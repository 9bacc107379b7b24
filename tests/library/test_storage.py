"""Objects are private, and their addresses last an hour."""

import datetime
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from library import storage
from library.storage import guest_url, signed_url

pytestmark = pytest.mark.usefixtures("s3")


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "note"
    path.write_bytes(b"a private note")
    storage.upload(path, "media/ab/note.png", "image/png")
    return "media/ab/note.png"


def test_what_is_stored_comes_back(key: str, tmp_path: Path) -> None:
    storage.download(key, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"a private note"
    with storage.open_file(key) as stream:
        assert stream.read() == b"a private note"


def test_an_object_is_there_until_it_is_deleted(key: str) -> None:
    assert storage.exists(key)
    storage.delete(key)
    assert not storage.exists(key)
    storage.delete(key)


def test_a_missing_object_is_named(tmp_path: Path) -> None:
    with pytest.raises(storage.StorageFailed, match=r"^could not read media/00/gone\.png"):
        storage.download("media/00/gone.png", tmp_path / "back")


def test_a_signed_address_shows_the_object_and_lets_the_browser_keep_it(key: str) -> None:
    answer = httpx.get(signed_url(key))
    assert (answer.status_code, answer.content) == (200, b"a private note")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=86400, immutable"


def test_a_guests_address_lasts_some_minutes(key: str) -> None:
    address = guest_url(key, download_name="note.png")
    assert httpx.get(address).status_code == 200
    asked = parse_qs(urlsplit(address).query)
    signed = datetime.datetime.strptime(asked["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    ends = signed + datetime.timedelta(seconds=int(asked["X-Amz-Expires"][0]))
    left = ends - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=14, seconds=50) < left <= datetime.timedelta(minutes=20)


def test_a_part_of_an_object_can_be_asked_for(key: str) -> None:
    answer = httpx.get(signed_url(key), headers={"Range": "bytes=2-8"})
    assert (answer.status_code, answer.content) == (206, b"private")
    assert answer.headers["content-range"] == "bytes 2-8/14"


def test_a_download_gets_its_name(key: str) -> None:
    answer = httpx.get(signed_url(key, download_name="Käthe & Tom.png"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''K%C3%A4the%20%26%20Tom.png"


def test_nothing_is_shown_without_its_own_signature(key: str, tmp_path: Path) -> None:
    address = signed_url(key)
    other = tmp_path / "other"
    other.write_bytes(b"another note")
    storage.upload(other, "media/ab/other.png", "image/png")
    refused = {
        "no signature": address.split("?")[0],
        "another's signature": address.replace("note.png", "other.png"),
        "a changed signature": address[:-4] + ("0000" if address[-4:] != "0000" else "1111"),
        "a longer time": address.replace("X-Amz-Expires=7200", "X-Amz-Expires=72000"),
    }
    assert {why: httpx.get(url).status_code // 100 for why, url in refused.items()} == dict.fromkeys(
        refused, 4
    )


def test_an_address_runs_out(key: str) -> None:
    # Counted from the start of the hour: a second from there has passed, unless the hour has just begun.
    refusal = httpx.get(signed_url(key, seconds=1 - storage.HOUR))
    assert refusal.status_code // 100 == 4
    assert b"private note" not in refusal.content


def test_an_address_stays_the_same_within_its_hour() -> None:
    now = datetime.datetime.now(datetime.UTC)
    first, second = signed_url("media/ab/note.png"), signed_url("media/ab/note.png")
    if datetime.datetime.now(datetime.UTC).hour == now.hour:
        assert first == second
    facts = parse_qs(urlsplit(first).query)
    assert facts["X-Amz-Date"][0].endswith("0000Z")
    assert facts["X-Amz-Expires"] == ["7200"]


def test_the_provider_has_a_day() -> None:
    facts = parse_qs(urlsplit(storage.provider_url("media/ab/note.png")).query)
    assert int(facts["X-Amz-Expires"][0]) >= 24 * 3600


def test_people_are_sent_to_the_public_endpoint(settings: object) -> None:
    settings.AWS_S3_PUBLIC_ENDPOINT_URL = "https://media.example.org"
    assert signed_url("media/ab/note.png").startswith(
        "https://media.example.org/backlot/media/ab/note.png?X-Amz"
    )


def test_django_storages_keeps_the_same_objects(key: str) -> None:
    assert default_storage.size(key) == 14
    assert default_storage.url(key) == signed_url(key)
    default_storage.save("media/ab/saved.txt", ContentFile(b"saved"))
    assert storage.exists("media/ab/saved.txt")


def test_a_forked_worker_makes_its_own_connections(key: str) -> None:
    storage.exists(key)
    ours = id(default_storage.connection)
    child = os.fork()
    if not child:
        os._exit(0 if id(default_storage.connection) != ours and storage.exists(key) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert id(default_storage.connection) == ours


def test_making_the_bucket_twice_changes_nothing(key: str) -> None:
    storage.ensure_bucket()
    assert storage.exists(key)


def test_a_server_that_is_away_is_reported(key: str, tmp_path: Path) -> None:
    away = storage.PrivateStorage(
        endpoint_url="http://127.0.0.1:9", bucket_name=settings.AWS_STORAGE_BUCKET_NAME
    )
    with pytest.raises(storage.StorageFailed), storage._translated_errors("could not look up"):
        away.exists(key)
