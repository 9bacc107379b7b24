"""Every hostile file through the real upload: a clear sentence or a clean copy, nothing half stored, all goes on."""

import re
import time
from collections.abc import Iterator
from html import unescape

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from library import storage
from library.models import Asset, MediaFile
from library.probe import display_name
from tests import factories
from tests.library import files
from tests.library.hostile.table import CASES, TAKEN, Case
from tests.library.refusals import is_message
from tests.stored import stored_keys

pytestmark = [
    pytest.mark.usefixtures("s3"),
    pytest.mark.django_db,
    # Pillow warns of what it passes over, and so do we by what is said of the file.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]
BOUNDARY = "a-line-between-files"
MAX_SECONDS = 3.0
REFUSED = [case for case in CASES if case.refusal is not TAKEN]
KEPT = [case for case in CASES if case.refusal is TAKEN]


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """No row, no object and no temporary file is there afterwards that was not there before."""
    before = stored_keys()
    yield
    assert stored_keys() == before
    assert MediaFile.objects.count() == Asset.objects.count() == 0
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def part(field: str, case: Case) -> bytes:
    """A file as a browser sends it, whatever its name: Django's own client would clean that."""
    name = case.name.replace('"', "%22").encode(errors="surrogatepass")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="'.encode()
    return head + name + f'"\r\nContent-Type: {case.declared}\r\n\r\n'.encode() + case.make() + b"\r\n"


def send(browser: Client, path: str, *parts: bytes) -> HttpResponse:
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return browser.generic("POST", path, body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.what)
def test_a_hostile_file_is_refused_with_a_sentence(browser: Client, case: Case) -> None:
    body = part("file", case)
    start = time.process_time()
    answer = send(browser, "/library/uploads/", body)
    assert time.process_time() - start < MAX_SECONDS
    problem = answer.json()["problem"]
    assert (answer.status_code, answer.json()["name"]) == (422, case.name)
    assert case.refusal
    assert is_message(problem, case.refusal, case.name)


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case.what)
def test_a_file_that_is_merely_odd_is_taken_in_clean(browser: Client, case: Case) -> None:
    body = part("file", case)
    start = time.process_time()
    answer = send(browser, "/library/uploads/", body)
    assert time.process_time() - start < MAX_SECONDS
    assert answer.status_code == 200, answer.content
    name = answer.json()["name"]
    assert name == display_name(name)
    assert not re.search(r"[/\\\0-\x1f\u202e]", name)
    media = MediaFile.objects.get()
    for key, ending in ((media.key, media.key.rpartition(".")[2]), (media.thumbnail_key, "webp")):
        assert re.fullmatch(rf"(media|thumbs)/[0-9a-f]{{2}}/{media.sha256}\.{ending}", key)
    # Whatever else is in the bytes, browsers are told that they are a picture, a film or a sound.
    head = storage.default_storage.bucket.Object(media.key)
    assert head.content_type == media.mime
    assert media.mime.partition("/")[0] in {"image", "video", "audio"}
    assert media.mime not in {"image/svg+xml", "image/webp"}


def test_all_of_them_at_once_hold_up_nothing(browser: Client) -> None:
    """One request with every refused file and a good one: each is named on the page, the good one is proposed."""
    good = Case("a good file", files.picture, "mara.png", "image/png", TAKEN)
    before = stored_keys()
    answer = send(browser, "/library/upload/", *(part("files", case) for case in [*REFUSED, good]))
    assert answer.status_code == 200
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
    missing = [case.what for case in REFUSED if not re.search(rf"{re.escape(case.name)} [^.]*", page)]
    assert missing == []
    assert [row["handle"].value() for row, _ in answer.context["rows"]] == ["mara"]
    media = MediaFile.objects.get()
    assert stored_keys() - before <= {media.key, media.thumbnail_key}


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("name", [".", "..", "/", "\\", "\0", "", "\ud83d.png"])
def test_a_file_whose_name_is_nothing_is_not_taken(browser: Client, name: str) -> None:
    answer = send(
        browser, "/library/uploads/", part("file", Case("", files.picture, name, "image/png", TAKEN))
    )
    assert (answer.status_code, answer.json()["problem"]) == (422, "No file was received. Send it again.")


@pytest.mark.usefixtures("nothing_left")
def test_a_request_that_is_torn_or_too_long_named_is_refused(browser: Client) -> None:
    whole = part("file", Case("", files.picture, "a.png", "image/png", TAKEN))
    long_named = part("file", Case("", files.picture, "🎬" * 2000, "image/png", TAKEN))
    for body in (whole[: len(whole) // 2], whole.replace(b"filename=", b"file="), b"", long_named):
        answer = browser.generic(
            "POST", "/library/uploads/", body, content_type=f"multipart/form-data; boundary={BOUNDARY}"
        )
        assert answer.status_code in {400, 422}


def test_the_process_takes_a_good_file_after_the_worst_ones(browser: Client) -> None:
    for case in REFUSED[:: len(REFUSED) // 12]:
        send(browser, "/library/uploads/", part("file", case))
    answer = browser.post("/library/uploads/", {"file": factories.upload("mara.png")})
    assert (answer.status_code, answer.json()["kind"]) == (200, "image")
