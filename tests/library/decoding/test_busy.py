"""Few files are opened at once; what waits in vain is answered 503 and may be sent again."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from generation import api_tokens
from library import decoding, ingest
from library.decoding import pool
from library.decoding.slots import DecodersBusy, Slots
from library.models import Asset, MediaFile
from library.probe import Refusal, UnreadableMedia
from tests.library import files
from tests.library.hostile.worst import worst

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]


def nothing() -> None:
    pass


def picture(number: int = 0) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"mara-{number}.png", files.picture(size=(70 + number, 44)))


@pytest.fixture
def all_taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    """Every slot of this machine is taken, as by another process; closing the stack frees them."""
    monkeypatch.setattr(pool, "REQUEST_SECONDS", 0.05)
    others = Slots(settings.VAR_DIR / "decoders" / "web", settings.DECODERS)
    with ExitStack() as stack:
        for _ in range(settings.DECODERS):
            stack.enter_context(others.hold(seconds=5, waiting=1, keep=nothing))
        yield stack


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def form(handle: str) -> dict[str, object]:
    return {"kind": "image", "handle": handle, "is_shared": "on", "files": picture()}


def test_a_page_answers_503_keeps_nothing_and_takes_it_later(browser: Client, all_taken: ExitStack) -> None:
    path = reverse("library:new")
    refused = browser.post(path, form("Mara"))
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert "mara-0.png" in refused.content.decode()
    assert (MediaFile.objects.count(), Asset.objects.count()) == (0, 0)
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []
    all_taken.close()
    assert browser.post(path, form("Mara")).status_code == 302
    assert Asset.objects.get().handle == "Mara"


def test_one_file_of_many_answers_503_with_when_to_try_again(browser: Client, all_taken: ExitStack) -> None:
    refused = browser.post(reverse("library:uploads"), {"file": picture()})
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json()["retry_after"] == 5
    assert refused.json()["problem"].startswith("mara-0.png was not saved")
    all_taken.close()
    assert browser.post(reverse("library:uploads"), {"file": picture()}).json()["token"]


def test_the_api_answers_503_in_its_shape(client: Client, alice: User, all_taken: ExitStack) -> None:
    _, token = api_tokens.make(user=alice, name="tests")
    sent = {"handle": "Mara", "kind": "image"}
    refused = client.post(
        "/api/v1/assets", sent | {"files": picture()}, headers={"Authorization": f"Bearer {token}"}
    )
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert refused.json()["error"]["code"] == "decoders_busy"
    assert MediaFile.objects.count() == 0
    all_taken.close()
    kept = client.post(
        "/api/v1/assets", sent | {"files": picture()}, headers={"Authorization": f"Bearer {token}"}
    )
    assert kept.status_code == 201


def test_a_command_waits_for_its_turn(all_taken: ExitStack) -> None:
    """Outside of a request there is nobody whose thread is held."""
    threading.Timer(0.3, all_taken.close).start()
    assert ingest.add_media(picture()).kind == "image"


def test_the_line_is_bounded(tmp_path: Path) -> None:
    slots, release = Slots(tmp_path, 1), threading.Event()

    def hold() -> str:
        try:
            with slots.hold(seconds=30, waiting=2, keep=nothing):
                release.wait(30)
        except DecodersBusy:
            release.set()
            return "busy"
        return "held"

    with ThreadPoolExecutor(4) as threads:
        ended = [future.result() for future in [threads.submit(hold) for _ in range(4)]]
    assert sorted(ended) == ["busy", "held", "held", "held"]


def test_who_came_first_is_served_first(tmp_path: Path) -> None:
    slots, served = Slots(tmp_path, 1), []

    def hold(number: int) -> None:
        with slots.hold(seconds=30, waiting=9, keep=nothing):
            served.append(number)

    with ThreadPoolExecutor(5) as threads, slots.hold(seconds=1, waiting=1, keep=nothing):
        waiting = []
        for number in range(5):
            waiting.append(threads.submit(hold, number))
            while len(slots._queue) <= number:
                assert not waiting[-1].done()
    assert served == [0, 1, 2, 3, 4]


def test_a_lost_lease_ends_the_wait(tmp_path: Path) -> None:
    slots = Slots(tmp_path, 1)

    def lost() -> None:
        raise KeyboardInterrupt

    with (
        slots.hold(seconds=1, waiting=1, keep=nothing),
        pytest.raises(KeyboardInterrupt),
        slots.hold(seconds=30, waiting=1, keep=lost),
    ):
        raise AssertionError
    assert not slots._queue


@pytest.mark.django_db(transaction=True)
def test_many_uploads_at_once_share_few_decoders() -> None:
    with ThreadPoolExecutor(8) as threads:
        kinds = list(threads.map(lambda number: _kind(number), range(16)))
    assert kinds == ["image"] * 16
    assert sum(one.is_open for one in pool._idle._all) <= settings.DECODERS


def _kind(number: int) -> str:
    try:
        return ingest.add_media(picture(number)).kind
    finally:
        connection.close()


def test_a_decoder_that_left_meanwhile_is_replaced() -> None:
    ingest.add_media(picture(20))
    for one in pool._idle._all:
        os.kill(one._process.pid, signal.SIGKILL)
        one._process.wait()
    assert ingest.add_media(picture(21)).kind == "image"


def test_a_file_that_brings_the_decoder_down_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mara.png"
    path.write_bytes(worst("turned.webp"))

    def crash() -> None:
        for one in pool._idle._all:
            if one.is_open:
                os.kill(one._process.pid, signal.SIGSEGV)

    with pytest.raises(UnreadableMedia, match=Refusal.DECODER_FAILED):
        pool.run("prepare", {"path": str(path), "name": path.name}, name=path.name, cpu_seconds=9, keep=crash)
    path.write_bytes(files.picture())
    assert decoding.kind(path) == "image"


def test_a_fault_of_ours_is_logged_and_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadableMedia, match=Refusal.DECODER_FAILED):
        decoding.kind(tmp_path / "gone.png")
    assert "FileNotFoundError" in caplog.text
