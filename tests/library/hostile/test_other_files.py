"""A file that names other files or addresses: nobody is asked, nothing else is read."""

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.library.hostile import makers as m

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db]

PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n"
CONCAT = b"ffconcat version 1.0\nfile "
STREAMS = b"<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period><AdaptationSet><Representation><BaseURL>"
SESSION = b"v=0\nc=IN IP4 127.0.0.1\na=control:"


def with_outer_track(address: str) -> bytes:
    """A film whose track says that its pictures lie elsewhere."""
    content = m.film("mov")
    box = m.four(12) + b"url \0\0\0\1"
    outer = m.four(13 + len(address)) + b"url \0\0\0\0" + address.encode() + b"\0"
    assert box in content
    longer = len(outer) - len(box)
    content = content.replace(box, outer)
    for name in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = content.rindex(name) - 4
        size = int.from_bytes(content[place : place + 4]) + longer
        content = content[:place] + m.four(size) + content[place + 4 :]
    return content


MAKERS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "playlist": ("list.mp4", lambda address: PLAYLIST + address.encode()),
    "playlist as sound": ("list.mp3", lambda address: m.listing(PLAYLIST, address)),
    "list of parts as sound": ("parts.mp3", lambda address: m.listing(CONCAT, address)),
    "streams as sound": ("dash.mp3", lambda address: m.listing(STREAMS, address)),
    "session as sound": ("sdp.mp3", lambda address: m.listing(SESSION, address)),
    "playlist behind a WAV's head": ("list.wav", lambda address: m.wav()[:44] + PLAYLIST + address.encode()),
    "playlist in a FLAC": ("list.flac", lambda address: b"fLaC" + PLAYLIST + address.encode()),
    "playlist in an Ogg": ("list.ogg", lambda address: b"OggS" + PLAYLIST + address.encode()),
    "film with a track elsewhere": ("outer.mov", with_outer_track),
    "drawing": ("logo.svg", lambda address: f"<svg><image href='{address}'/></svg>".encode()),
    "PostScript": ("page.eps", lambda address: f"%!PS-Adobe-3.0 EPSF\n({address}) (r) file".encode()),
}


@pytest.fixture
def asked() -> Iterator[tuple[str, list[object]]]:
    """An address that listens, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                if select.select([server], [], [], 0.05)[0]:
                    came.append(server.accept()[1])

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/secret.mp3", came
        time.sleep(0.1)
        done.set()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[tuple[Path, threading.Event]]:
    """A file that tells when somebody opens it: a pipe, at whose other end somebody waits for a reader."""
    path, opened = tmp_path / "secret.mp3", threading.Event()
    os.mkfifo(path)

    def wait() -> None:
        path.open("wb").close()
        opened.set()

    thread = threading.Thread(target=wait)
    thread.start()
    yield path, opened
    if not opened.is_set():
        path.open("rb").close()
    thread.join()


@pytest.mark.parametrize("what", MAKERS)
def test_no_other_file_is_read_and_nobody_is_asked(
    client: Client,
    alice: User,
    what: str,
    asked: tuple[str, list[object]],
    secret: tuple[Path, threading.Event],
) -> None:
    client.force_login(alice)
    name, make = MAKERS[what]
    (address, came), (path, opened) = asked, secret
    for target in (
        address,
        f"file://{path}",
        str(path),
        f"subfile,,start,0,end,99,,:{path}",
        f"concat:{path}",
    ):
        answer = client.post("/library/uploads/", {"file": SimpleUploadedFile(name, make(target))})
        assert answer.status_code in {200, 422}
    assert (came, opened.is_set()) == ([], False)
