"""The nine documented cases as plain HTTP, by a client that knows the gateway's documentation and nothing else. The
same client against the app with a worker behind it, and against the sandbox."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from generation import api_tokens
from generation.models import Job, Take
from generation.sandbox.server import SandboxServer
from library import storage
from library.probe.identify import probe
from tests import factories
from tests.free_ports import free_port
from tests.generation.api.documented_client import Client, Refused
from tests.library import files
from tests.worker_host import WorkerHost, wait_for

BASE = {"model": "skyreels-v4-fast", "duration": 3, "resolution": "480p"}
MID = {"tag": "@neon", "time_stamp": 1}


@pytest.fixture
def links(s3: None, tmp_path: Path) -> dict[str, str]:
    """Addresses of files somewhere on the web."""
    (tmp_path / "a.png").write_bytes(factories.picture())
    (tmp_path / "b.png").write_bytes(factories.picture())
    (tmp_path / "voice.wav").write_bytes(files.sound(2))
    files.video(tmp_path / "clip.mp4", seconds=3)
    kinds = {"a.png": "image/png", "b.png": "image/png", "voice.wav": "audio/wav", "clip.mp4": "video/mp4"}
    for name, kind in kinds.items():
        storage.upload(tmp_path / name, f"elsewhere/{name}", kind)
    return {name.partition(".")[0]: storage.signed_url(f"elsewhere/{name}") for name in kinds}


def cases(links: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The rows of the documentation's table of scenarios."""
    a, b, clip, voice = (links[name] for name in ("a", "b", "clip", "voice"))
    subject = {"tag": "@Mara", "type": "image", "image_urls": [a, b]}
    return {
        name: BASE | {"prompt": prompt} | fields
        for name, prompt, fields in [
            ("text to video", "a harbour at dusk", {}),
            ("first frame", "the boat leaves", {"first_frame_image": a}),
            ("end frame", "the boat comes home", {"end_frame_image": b}),
            (
                "keyframes",
                "past @neon into the night",
                {"first_frame_image": a, "mid_frame_images": [MID | {"image_url": b}]},
            ),
            ("subjects", "@Mara walks", {"ref_images": [subject]}),
            (
                "grid",
                "@Sheet turns round",
                {"ref_images": [{"tag": "@Sheet", "type": "grid", "image_urls": [a]}]},
            ),
            (
                "motion reference",
                "@Mara moves like @run",
                {
                    "ref_images": [subject],
                    "ref_videos": [{"tag": "@run", "type": "reference", "video_url": clip}],
                },
            ),
            (
                "extension",
                "@run goes on",
                {"ref_videos": [{"tag": "@run", "type": "extend", "video_url": clip}]},
            ),
            ("audio sync", "@Mara says hello", {"ref_images": [subject | {"audio_url": voice}]}),
        ]
    }


def check_playable(url: str) -> None:
    """The address opens a video that can be read."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 200
    with tempfile.NamedTemporaryFile(suffix=".mp4") as held:
        held.write(answer.content)
        held.flush()
        facts = probe(Path(held.name), name="result.mp4")
    assert (facts.kind, facts.codec) == ("video", "h264")
    assert facts.seconds >= 2.5


@pytest.fixture
def house(live_server: LiveServer, sandbox: SandboxServer, worker: WorkerHost, alice: User) -> Client:
    """The app over HTTP with a worker behind it, and somebody's token."""
    _, secret = api_tokens.make(user=alice, name="documented client")
    worker.start()
    return Client(live_server.url, secret)


@pytest.mark.system
def test_all_nine_end_in_a_video(house: Client, links: dict[str, str]) -> None:
    asked = {name: house.submit(request) for name, request in cases(links).items()}
    assert len(set(asked.values())) == 9
    for task_id in asked.values():
        check_playable(house.video(task_id, seconds=120, every=0.2))
    assert Take.objects.count() == 9
    assert set(Job.objects.values_list("project__slug", flat=True)) == {"alice-own"}


def test_the_sandbox_is_asked_in_the_same_way(sandbox: SandboxServer, links: dict[str, str]) -> None:
    client = Client(sandbox.public_url, settings.SKYREELS_API_KEY)
    some = ("first frame", "motion reference", "audio sync")
    asked = [client.submit(cases(links)[name]) for name in some]
    assert len(set(asked)) == len(some)
    for task_id in asked:
        check_playable(client.video(task_id, seconds=120, every=0.1))


def test_both_refuse_in_the_same_words(
    live_server: LiveServer, sandbox: SandboxServer, alice: User, links: dict[str, str]
) -> None:
    """Status, code and field of the app are those of the provider."""
    _, secret = api_tokens.make(user=alice, name="documented client")
    clients = [Client(live_server.url, secret), Client(sandbox.public_url, settings.SKYREELS_API_KEY)]

    def told(client: Client, call: str, *asked: Any) -> tuple[int, str, str | None]:
        with pytest.raises(Refused) as refusal:
            getattr(client, call)(*asked)
        return refusal.value.status, refusal.value.error["code"], refusal.value.error["param"]

    for wrong in (
        BASE | {"prompt": "x", "duration": 2},
        BASE | {"prompt": "x", "model": "skyreels-v5"},
        BASE | {"prompt": ""},
        BASE | {"prompt": "x", "first_frame_image": links["clip"]},
        BASE | {"prompt": "x", "ref_images": [{"tag": "@Mara", "type": "image", "image_urls": [links["a"]]}]},
    ):
        seen = [told(client, "submit", wrong) for client in clients]
        assert seen[0] == seen[1]
        assert seen[0][0] == 422
    for client in clients:
        assert told(client, "task", "task_unknown")[0] == 404
        stranger = Client(client.base_url, "wrong")
        assert told(stranger, "submit", BASE | {"prompt": "x"})[0] == 401


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[dict[str, str]]:
    """`manage.py sandbox` by itself, by the environment that its customers have."""
    port = free_port()
    said = {"SKYREELS_BASE_URL": f"http://127.0.0.1:{port}", "SKYREELS_API_KEY": "a-key-of-our-own"}
    places = {"BACKLOT_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port)]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, **places, **said}) as process:
        wait_for(lambda: is_up(f"http://127.0.0.1:{port}/healthz"))
        yield said
        process.terminate()


def is_up(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.system
def test_the_client_runs_by_configuration_alone(alone: dict[str, str]) -> None:
    """As it would against the gateway: base URL and key from the environment."""
    script = Path(__file__).with_name("documented_client.py")
    done = subprocess.run(
        [sys.executable, str(script)],
        input='{"model": "skyreels-v4-fast", "prompt": "a harbour", "duration": 3, "resolution": "480p"}',
        env={**os.environ, **alone, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    check_playable(done.stdout.strip())
