"""64 slow sockets of each kind for a minute: the house answers all the while. On PostgreSQL and Redis too, where the
environment names them."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.conf import settings

from tests.faults.slow_sockets import SlowSockets, kinds
from tests.generation.supervision.conftest import Place, place, wait_for

pytestmark = pytest.mark.system
__all__ = ["place"]

COUNT, SECONDS = 64, 60.0
HEALTH_WITHIN, PAGE_WITHIN = 1.0, 2.0
# What a page takes on an idle machine, mostly and at worst. One that takes longer before and after the slow sockets is
# busy with other things, and has the bounds stretched by as much: it would fail this test without them.
USUAL_PAGE, USUAL_WORST = 0.06, 0.2
MOST_STRETCHED = 3.0  # beyond it the figures say nothing about the requirement, and the test fails

# A user with a session, and an asset of 8 MB that no reader of a few bytes comes to the end of.
FURNISH = """
import json, os, tempfile
from pathlib import Path
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from library import ingest, storage
from library.models import MediaFile
user = User.objects.create_superuser("alice", password="lamplight-4711")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session.create()
path = Path(tempfile.mkdtemp()) / "voice"
path.write_bytes(os.urandom(8_000_000))
storage.upload(path, "media/ab/voice.wav", "audio/wav")
media = MediaFile.objects.create(sha256="ab" * 32, key="media/ab/voice.wav", kind="audio", mime="audio/wav",
    size=8_000_000, seconds=9.0, codec="pcm_s16le", has_audio=True)
ingest.create_asset(by=user, handle="voice", kind="audio", media=[media])
print(json.dumps({"session": session.session_key}))
"""


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """A PostgreSQL database of this house's own and Redis, if the environment names them; else nothing."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield {}
        return
    name = f"slow_sockets_{secrets.token_hex(4)}"
    with closing(psycopg.connect(url, autocommit=True)) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()} | (
                {"REDIS_URL": settings.REDIS_URL} if settings.REDIS_URL else {}
            )
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_slow_sockets_stop_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with databases() as environment:
        monkeypatch.setattr(Place, "env", property(lambda self: _env(self) | environment))
        house = place.start("manage.py", "up", "--no-demo")
        wait_for("the welcome", lambda: "Backlot is open at" in place.said() or house.poll() is not None)
        assert house.poll() is None, place.said()
        furnished = place.manage("shell", "--verbosity=0", "-c", FURNISH)
        assert furnished.returncode == 0, furnished.stderr
        session = json.loads(furnished.stdout.splitlines()[-1])["session"]
        health, page, opened, busy = measured(place, session)
        house.terminate()
        assert house.wait(timeout=60) == 0, place.said()
    print(f"healthz {max(health):.2f} s at most of {len(health)}, page {max(page):.2f} of {len(page)}")
    print(f"{opened}; the machine was {busy:.1f} times as slow as an idle one")
    assert max(health) <= HEALTH_WITHIN * busy, sorted(health)[-5:]
    assert max(page) <= PAGE_WITHIN * busy, sorted(page)[-5:]
    assert all(count >= COUNT for count in opened.values())
    assert place.said().partition("Traceback")[2] == ""


_env = Place.env.fget


def measured(place: Place, session: str) -> tuple[list[float], list[float], dict[str, int], float]:
    """The seconds that health checks and pages took, how many slow sockets there were of each kind, and by how many
    times the machine was slower than an idle one before them."""
    token = "a" * 32
    export = (
        "POST /library/export/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Cookie: sessionid={session}; csrftoken={token}\r\nX-CSRFToken: {token}\r\nContent-Length: 12\r\n\r\n"
        "handle=voice"
    ).encode()
    health: list[float] = []
    page: list[float] = []
    url = f"http://127.0.0.1:{place.port}"
    cookies = {"sessionid": session}
    for _ in range(6):
        # Each process reads its templates and modules with its first page and its first export.
        timed(f"{url}/library/", cookies)
        fields, headers = {"handle": "voice"}, {"X-CSRFToken": token}
        sent = httpx.post(
            f"{url}/library/export/",
            data=fields,
            headers=headers,
            cookies=cookies | {"csrftoken": token},
            timeout=30,
            trust_env=False,
        )
        assert len(sent.content) > 8_000_000
    before = [timed(f"{url}/library/", cookies) for _ in range(20)]
    with SlowSockets(place.port, kinds(export), COUNT) as slow:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            # A new connection each time, as a visitor has.
            health.append(timed(f"{url}/healthz", {}))
            page.append(timed(f"{url}/library/", cookies))
            time.sleep(0.25)
        opened = dict(slow.opened)
    alone = before + [timed(f"{url}/library/", cookies) for _ in range(20)]
    slower = max(1.0, median(alone) / USUAL_PAGE, max(alone) / USUAL_WORST)
    return health, page, opened, min(slower, MOST_STRETCHED)


def timed(url: str, cookies: dict[str, str]) -> float:
    began = time.monotonic()
    response = httpx.get(url, cookies=cookies, timeout=30, trust_env=False)
    assert response.status_code == 200, response.status_code
    return time.monotonic() - began
