"""A decoder holds nothing of ours, takes only so much, and ends with who started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from library.decoding.process import Decoder, Ended
from tests.generation.supervision.conftest import wait_for
from tests.library import files
from tests.library.hostile.worst import png_of_16_bits, worst

ROOMY = 1024**3


def nothing() -> None:
    pass


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder(memory_bytes=ROOMY)
    yield made
    made.close()


def pid_of(decoder: Decoder) -> int:
    return decoder._process.pid


def asked(decoder: Decoder, path: Path, *, cpu_seconds: int = 100) -> dict[str, object]:
    arguments = {"path": str(path), "name": path.name}
    return decoder.call("prepare", arguments, cpu_seconds=cpu_seconds, keep=nothing)


def test_its_environment_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
    other, path = Decoder(memory_bytes=ROOMY), tmp_path / "small.png"
    path.write_bytes(files.picture())
    try:
        asked(other, path)
        told = Path(f"/proc/{pid_of(other)}/environ").read_bytes().split(b"\0")
        opened = {str(one.readlink()) for one in Path(f"/proc/{pid_of(other)}/fd").iterdir()}
    finally:
        other.close()
    names = {entry.split(b"=")[0] for entry in told if entry}
    assert names == {b"PATH", b"PYTHONPATH", b"PYTHONUTF8", b"PYTHONDONTWRITEBYTECODE", b"MALLOC_ARENA_MAX"}
    assert not [one for one in opened if "socket" in one or "sqlite" in one]


@pytest.mark.system
def test_what_takes_more_memory_than_is_allowed_is_told_and_the_next_file_is_opened(tmp_path: Path) -> None:
    large, small = tmp_path / "large.png", tmp_path / "small.png"
    large.write_bytes(png_of_16_bits(4))
    small.write_bytes(files.picture())
    decoder = Decoder(memory_bytes=200_000_000)
    try:
        assert asked(decoder, large) == {"memory": True}
        assert asked(decoder, small)["result"]["facts"]["mime"] == "image/png"
    finally:
        decoder.close()


@pytest.mark.system
def test_what_computes_for_too_long_is_ended_by_the_kernel(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "turned.webp"
    path.write_bytes(worst("turned.webp"))
    with pytest.raises(Ended) as ended:
        asked(decoder, path, cpu_seconds=1)
    assert (ended.value.code, ended.value.began) == (-signal.SIGXCPU, True)
    assert not decoder.is_open


PARENT = """
import sys, threading, time
from library.decoding.process import Decoder
decoder = Decoder(memory_bytes=2**30)
print(decoder._process.pid, flush=True)
# As a web server does it, in a thread that ends long before its process.
threading.Thread(target=lambda: decoder._send({"do": "prepare", "cpu_seconds": 100,
    "with": {"path": sys.argv[1], "name": "a.webp"}})).start()
time.sleep(100)
"""


@pytest.mark.system
def test_it_ends_with_its_parent_in_the_midst_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "turned.webp"
    path.write_bytes(worst("turned.webp"))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    with parent:
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for("it to be at work", lambda: child.cpu_times().user > 0.5)
        parent.kill()
    wait_for("its end", lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_pages_load_no_decoder() -> None:
    """What opens files is not even imported where pages are made and jobs are worked on."""
    code = (
        "import django; django.setup(); import config.urls, generation.tasks, sys; "
        "print([name for name in ('av', 'library.decoder', 'library.probe.identify') if name in sys.modules])"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
