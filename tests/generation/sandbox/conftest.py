"""A sandbox of its own over real HTTP, and a little host for the images, clips and sounds that orders name."""

import io
import math
import struct
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image

from generation.sandbox.encoding import FPS, write_mp4
from generation.sandbox.server import SandboxServer

KEY = "sandbox-test-key"
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 40), (30, 40, 200)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class MediaHost:
    """Files over HTTP, as presigned links would serve them."""

    folder: Path
    base_url: str

    def image(self, name: str, colour: tuple[int, int, int], size: tuple[int, int] = (320, 180)) -> str:
        Image.new("RGB", size, colour).save(self.folder / name)
        return f"{self.base_url}/{name}"

    def clip(self, name: str, seconds: float, sound: bool = False, size: tuple[int, int] = (320, 240)) -> str:
        """From black to green, so that the first and the last image differ."""
        frames = round(seconds * FPS)
        images = (Image.new("RGB", size, (0, 180 * n // frames, 20)) for n in range(frames))
        write_mp4(self.folder / name, size, images, _tone(seconds) if sound else None)
        return f"{self.base_url}/{name}"

    def voice(self, name: str, seconds: float) -> str:
        with wave.open(str(self.folder / name), "wb") as sound:
            sound.setparams((2, 2, 44_100, 0, "NONE", ""))
            sound.writeframes(_tone(seconds))
        return f"{self.base_url}/{name}"

    def bytes(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return f"{self.base_url}/{name}"


def _tone(seconds: float) -> bytes:
    """16 bit stereo at 44.1 kHz."""
    beat = b"".join(struct.pack("<hh", *[round(9000 * math.sin(n * math.tau / 100))] * 2) for n in range(100))
    return beat * round(seconds * 441)


@dataclass
class Video:
    """A decoded result; `sound` is whether each AAC block is audible.

    Colours are means over the middle of the frame, where no text is drawn.
    """

    frames: list[Image.Image] = field(default_factory=list)
    size: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    fps: float = 0.0
    codecs: tuple[str, ...] = ()
    sound: list[bool] = field(default_factory=list)

    def colour(self, index: int) -> tuple[int, ...]:
        frame = self.frames[index]
        width, height = frame.size
        middle = frame.crop((width // 4, height // 4, width * 3 // 4, height * 3 // 4))
        pixel = middle.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return pixel


def watch(content: bytes) -> Video:
    """Decode a result file."""
    found = Video()
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        found.size, found.fps = (stream.width, stream.height), float(stream.average_rate or 0)
        found.seconds = (container.duration or 0) / av.time_base
        found.codecs = tuple(one.codec_context.name for one in container.streams)
        found.frames = [frame.to_image() for frame in container.decode(stream)]
    if "aac" in found.codecs:
        with av.open(io.BytesIO(content)) as container:
            for block in container.decode(audio=0):
                levels = struct.unpack("<64f", bytes(block.planes[0])[:256])
                found.sound.append(max(abs(level) for level in levels) > 0.01)
    return found


class ApiClient:
    """A client of the sandbox with the right key."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30
        )

    def submit(self, *, key: str | None = None, **body: object) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post("/v1/videos/generations", json=body_of(**body), headers=headers)

    def open(self, **body: object) -> str:
        answer = self.submit(**body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"][0]["task_id"])

    def query(self, task_id: str) -> dict:
        return dict(self.http.get(f"/v1/tasks/{task_id}?language=en").json()["data"])

    def finish(self, task_id: str) -> dict:
        """Wait for the end, as any client would."""
        for _ in range(1500):
            task = self.query(task_id)
            if task["status"] in {"completed", "failed"}:
                return task
            time.sleep(0.02)
        raise AssertionError(f"{task_id} is still {task['status']}")

    def link(self, task_id: str) -> str:
        task = self.finish(task_id)
        assert task["status"] == "completed", task
        return str(task["result"]["videos"][0]["url"][0])

    def watch(self, task_id: str) -> Video:
        return watch(self.http.get(self.link(task_id)).content)

    def render(self, **body: object) -> Video:
        return self.watch(self.open(**body))


def body_of(**changes: object) -> dict:
    """Return a valid request body with changes; None removes a field."""
    body = {
        "model": "skyreels-v4-fast",
        "prompt": "a calm sea",
        "resolution": "480p",
        "duration": 3,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaHost]:
    folder = tmp_path_factory.mktemp("media")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield MediaHost(folder, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """One server for a module; its drawing processes stay warm."""
    with SandboxServer(tmp_path_factory.mktemp("sandbox"), api_key=KEY, speed=0) as server:
        yield server


@pytest.fixture
def api(shared_server: SandboxServer) -> Iterator[ApiClient]:
    shared_server.clear_faults()
    someone = ApiClient(shared_server)
    yield someone
    someone.http.close()


@pytest.fixture
def failing_api(api: ApiClient) -> ApiClient:
    """A client whose tasks fail at once without being rendered."""
    api.server.add_fault("submit", "fail_task", times=None)
    return api


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., ApiClient]]:
    """Servers on one data folder, one after another or with their own speed."""
    made: list[ApiClient] = []

    def make(speed: float = 0, folder: Path = tmp_path / "sandbox", **more: object) -> ApiClient:
        server = SandboxServer(folder, api_key=KEY, speed=speed, **more)
        server.start()
        made.append(ApiClient(server))
        return made[-1]

    yield make
    for someone in made:
        someone.http.close()
        someone.server.stop()
