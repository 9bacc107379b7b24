"""Bodies that mean nothing, or too much: each is refused by the name of its field, before anything is made."""

import json
from typing import Any

import pytest
from django.test import Client

from generation.api import strict_json
from generation.composition.take_request import MAX_PROMPT_LENGTH
from generation.models import Job
from tests.generation.api.conftest import error_of

ASKED: dict[str, Any] = {"model": "skyreels-v4-fast", "prompt": "a harbour", "resolution": "480p"}
SCALARS = (
    "model", "prompt", "duration", "resolution", "aspect_ratio", "prompt_optimizer", "first_frame_image",
    "end_frame_image", "webhook",
)  # fmt: skip
PATHS = ("/v1/videos/generations", "/api/v1/jobs")
INVISIBLE = ["\u200b", "\u200b\u2060 \ufeff", "\u3164", "\u2800", "\u00ad\u202e"]


def ask(client: Client, path: str, body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", SCALARS)
@pytest.mark.parametrize("value", [[], {}, [None], [[]]], ids=str)
def test_no_list_or_object_passes_for_one_value(alices: Client, path: str, name: str, value: Any) -> None:
    status, code, param = error_of(ask(alices, path, ASKED | {name: value}))
    assert (status, code, param) == (422, "invalid_parameter", name)
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metadata", []),
        ("metadata", "x"),
        ("metadata.project", []),
        ("metadata.shot", {}),
        ("metadata.shot", "\u200b"),
        ("metadata.voices", {}),
        ("ref_images.0.tag", []),
        ("ref_images.0.audio_url", []),
        ("mid_frame_images.0.time_stamp", []),
        ("mid_frame_images.0.time_stamp", True),
        ("duration", 5.0),
        ("duration", "5"),
        ("duration", True),
        ("prompt_optimizer", 0),
    ],
)
def test_wrong_types_are_told_by_their_path(alices: Client, path: str, field: str, value: Any) -> None:
    picture = "https://h.example/a.png"
    frames = {"mid_frame_images": [{"tag": "@a", "image_url": picture}], "prompt": "@a"}
    subjects = {"ref_images": [{"tag": "@a", "type": "image", "image_urls": [picture]}], "prompt": "@a"}
    body: Any = ASKED | (frames if "frame" in field else subjects if "ref_" in field else {})
    *way, last = field.split(".")
    holder = body
    for name in way:
        holder = holder[int(name)] if name.isdigit() else holder.setdefault(name, {})
    holder[last] = value
    status, _, param = error_of(ask(alices, path, body))
    assert (status, param) == (422, field)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prompt", INVISIBLE)
def test_a_prompt_that_shows_nothing_is_not_rendered(alices: Client, path: str, prompt: str) -> None:
    assert error_of(ask(alices, path, ASKED | {"prompt": prompt}))[::2] == (422, "prompt")
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({f"name{number}": 1 for number in range(strict_json.MAX_FIELDS + 1)}, None),
        ({"metadata": {f"name{number}": 1 for number in range(strict_json.MAX_FIELDS + 1)}}, "metadata"),
        ({"voices": ["@a"] * (strict_json.MAX_VALUES + 1)}, "voices"),
        ({"x" * (strict_json.MAX_NAME_LENGTH + 1): 1}, None),
        ({"model": "x" * (strict_json.MAX_TEXT_LENGTH + 1)}, "model"),
        ({"prompt": "x" * (MAX_PROMPT_LENGTH + 1)}, "prompt"),
    ],
    ids=["names", "names inside", "values", "a long name", "a long text", "a long prompt"],
)
@pytest.mark.parametrize("path", PATHS)
def test_what_is_too_much_is_refused_at_once(
    alices: Client, path: str, body: Any, param: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is composed, so none of it costs more than being read."""
    composed: list[object] = []
    monkeypatch.setattr("generation.api.job_payload.compose_request", lambda **_: composed.append(1))
    status, code, named = error_of(ask(alices, path, ASKED | body))
    assert (status, code, named) == (422, "invalid_parameter", param)
    assert composed == []


def test_errors_are_short_whatever_was_sent(alices: Client) -> None:
    body = ASKED | {f"name{number}": "x" * 50_000 for number in range(30)}
    answer = ask(alices, "/v1/videos/generations", body)
    assert (answer.status_code, len(answer.content) < 500) == (422, True)
