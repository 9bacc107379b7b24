"""What hostile input costs: twice as much of it takes about twice as long, whatever it is made of."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.logs import without_secrets
from generation import api_tokens
from generation.composition import Settings
from generation.composition.shot_table import read_table
from library.models import Project

HALF = 1_000_000  # characters
ENOUGH = 0.05  # seconds; below that the clock tells more of the machine than of the code
MOST = 3.0  # times as long for twice as much

PIECES = [
    "a+", "+a", "/hooks/", "/hooks/a", "?", "?a", "&token", "signature:", "bearer ", "password ", "://", "://a", "a://b:",
    "a://b:c@", "bl_", "-bl_-", "/s/", "a.", "%3d", "x-amz-signature=", '\\"', "secret_", "api_key'", ":", " ",
]  # fmt: skip
ASKED = {"model": "skyreels-v4-fast", "resolution": "480p"}
Body = Callable[[int], Any]
BODIES: dict[str, Body] = {
    "unknown names": lambda size: ASKED | {f"name{number}": 1 for number in range(size // 15)},
    "names of unknown names": lambda size: {"a" * 100: dict.fromkeys(map(str, range(size // 10)), 0)},
    "one long name": lambda size: {"a" * (size // 2): [0] * (size // 6)},
    "a long prompt": lambda size: ASKED | {"prompt": "dusk " * (size // 5)},
    "a prompt of handles": lambda size: ASKED | {"prompt": "".join(f"@h{n} " for n in range(size // 9))},
    "a prompt of signs": lambda size: ASKED | {"prompt": "@" * size},
    "a prompt of blanks": lambda size: ASKED | {"prompt": "\u200b" * (size // 6)},
    "many subjects": lambda size: ASKED | {"prompt": "dusk", "ref_images": [{}] * (size // 4)},
    "many pictures": lambda size: (
        ASKED
        | {"prompt": "@a", "ref_images": [{"tag": "@a", "type": "image", "image_urls": ["@a"] * (size // 6)}]}
    ),
    "a long tag": lambda size: ASKED | {"prompt": "@a", "ref_images": [{"tag": "@" + "a" * size}]},
    "long values": lambda size: {
        name: "x" * (size // 8) for name in ("model", "prompt", "duration", "webhook")
    },
    "voices": lambda size: ASKED | {"prompt": "dusk", "voices": ["@a"] * (size // 6)},
    "metadata": lambda size: ASKED | {"prompt": "dusk", "metadata": {str(n): {} for n in range(size // 13)}},
    "deep": lambda size: json.loads("[" * 900 + "]" * 900),
}


def seconds(call: Callable[[], object]) -> float:
    """The best of three."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken)


def tell(name: str, half: float, whole: float) -> None:
    print(f"{name:28} {half * 1000:8.1f} ms {whole * 1000:8.1f} ms  x{whole / max(half, 1e-9):.1f}")
    assert whole < ENOUGH or whole < MOST * half, name


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_line_of_the_log(piece: str) -> None:
    text = piece * (HALF // len(piece))
    half, whole = seconds(lambda: without_secrets(text)), seconds(lambda: without_secrets(text + text))
    tell(repr(piece), half, whole)


@pytest.mark.django_db
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/jobs/check", "/v1/videos/generations"])
def test_a_large_body(name: str, path: str, alice: User, project: Project) -> None:
    _, secret = api_tokens.make(user=alice, name="program")
    program = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(size: int) -> Callable[[], object]:
        body = json.dumps(BODIES[name](size))
        return lambda: program.post(path, body, content_type="application/json")

    tell(f"{path} {name}", seconds(send(HALF)), seconds(send(2 * HALF)))


@pytest.mark.parametrize("piece", ["a,", "@a ", '"', "\n", "prompt\n{a|b}", "{", "{a|b}", ";", "\t"])
def test_a_table_of_shots(piece: str) -> None:
    def read(size: int) -> Callable[[], object]:
        text = "prompt\n" + piece * (size // len(piece))

        def call() -> None:
            with suppress(ValueError):
                read_table(text, defaults=Settings())

        return call

    tell(repr(piece), seconds(read(240_000)), seconds(read(480_000)))
