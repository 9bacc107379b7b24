"""The rules are written twice: for any request, what ours accept the sandbox accepts, and the other way round.

One difference is meant, and pinned here to say exactly when it shows: providers look for a tag as a substring. We
refuse a tag that is no whole handle, that stands in the prompt only as a part of a longer one, or of which another is a
prefix (skyreels-api.md, section 1).
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from generation.sandbox.rules import InvalidParameter, read_request
from generation.sandbox.server import SandboxServer
from generation.sandbox.tokens import count_tokens
from generation.sandbox.vendor import read_vendor_request
from generation.skyreels.providers import GATEWAY, VENDOR
from generation.skyreels.schemas import (
    GenerationRequest,
    Mode,
    estimate_tokens,
    find_problems,
    parse_request,
)
from tests.generation.skyreels.drafts import Data, image, subjects
from tests.generation.skyreels.drafts import text as plain
from tests.generation.skyreels.nearly_legal import STARTS, nearly_legal, objects, single_changes

KEY = "sandbox-test-key"
TAG_PATH = re.compile(r"(mid_frame_images|ref_images|ref_videos)\.\d+\.tag")


def sandbox_refusal(data: Data) -> InvalidParameter | None:
    try:
        read_request(data)
    except InvalidParameter as broken:
        return broken
    return None


def breaks_only_the_rule_of_whole_handles(data: Data) -> bool:
    """Written without our code: some tag is no whole handle, stands nowhere whole, or begins another one."""
    named = [
        item["tag"]
        for name in ("mid_frame_images", "ref_images", "ref_videos")
        for item in objects(data.get(name))
        if isinstance(item.get("tag"), str)
    ]
    around = "[A-Za-z0-9_]"
    for tag in named:
        if any(char.isspace() or char == "@" for char in tag[1:]):
            return True
        places = [found.start() for found in re.finditer(re.escape(tag), str(data["prompt"]))]
        texts = [(str(data["prompt"])[:at], str(data["prompt"])[at + len(tag) :]) for at in places]
        if all(
            re.search(f"{around}$", before) or re.match("[A-Za-z0-9_-]", after) for before, after in texts
        ):
            return True
    return any(a != b and b.startswith(a) for a in named for b in named)


def assert_both_dialects_order_the_same(request: GenerationRequest) -> None:
    """Neither bytes break a rule of the sandbox, and they come to one order, but for what the vendor does not know."""
    call = VENDOR.submit_call(VENDOR.body(request), idempotency_key="k", api_key=KEY)
    order, _ = read_vendor_request(call.path.split("/")[-2], json.loads(call.content))
    plain = read_request(json.loads(GATEWAY.body(request)))
    ratio = order.aspect_ratio if request.mode is Mode.I2V else plain.aspect_ratio
    assert order == replace(plain, webhook=None, aspect_ratio=ratio)


def assert_the_verdicts_agree(data: Data) -> str:
    """What the two rule books say of it, in words."""
    ours, theirs = find_problems(data), sandbox_refusal(data)
    if theirs is not None:
        assert theirs.param in [problem.field for problem in ours], data
    elif ours:
        assert breaks_only_the_rule_of_whole_handles(data), (data, ours)
        assert all(TAG_PATH.fullmatch(problem.field) for problem in ours), data
    else:
        assert not breaks_only_the_rule_of_whole_handles(data), data
        assert_both_dialects_order_the_same(parse_request(data))
    return f"we {'refuse' if ours else 'accept'}, the sandbox {'refuses' if theirs else 'accepts'}"


@pytest.mark.parametrize("start", STARTS, ids=lambda start: "-".join([*start][2:]) or "text")
def test_every_single_change_of_a_legal_request_is_judged_alike(start: Data) -> None:
    verdicts = Counter(assert_the_verdicts_agree(changed) for changed in single_changes(start))
    assert verdicts["we accept, the sandbox accepts"] > 50
    assert verdicts["we refuse, the sandbox refuses"] > 500


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(nearly_legal())
@example(subjects(image("@one"), image("@one2"), prompt="@one @one2"))
@example(subjects(image("@one"), prompt="@one2"))
@example(subjects(image("@one two"), prompt="@one two"))
def test_both_rule_books_come_to_the_same_verdict(data: Data) -> None:
    event(assert_the_verdicts_agree(data))


SCRIPTS = [
    "sea ",
    "harbour",
    "海",
    "ネオン",
    "한국어",
    "город ",
    "!?",
    "<dialogue>",
    "𠮷",
    "a" * 80,
    "\n",
    "、",
    "9",
    "_",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(SCRIPTS) | st.text(max_size=8), max_size=8).map("".join), st.integers(1, 900))
def test_both_count_the_tokens_that_a_prompt_surely_has(text: str, times: int) -> None:
    prompt = (text * times)[:40_000]
    assert count_tokens(prompt) == estimate_tokens(prompt).low


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SCRIPTS), st.integers(200, 4000))
def test_a_prompt_is_too_long_for_both_or_for_neither(text: str, times: int) -> None:
    data = plain(prompt="x" + text * times)
    theirs = sandbox_refusal(data)
    assert [problem.field for problem in find_problems(data)] == ([theirs.param] if theirs else [])


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that orders over HTTP from a sandbox that films nothing."""
    folder: Path = tmp_path_factory.mktemp("agreement")
    with (
        SandboxServer(folder, api_key=KEY, speed=0) as server,
        httpx.Client(trust_env=False, timeout=10) as http,
    ):
        server.add_fault("submit", "fail_task", times=None)
        headers = {"Authorization": f"Bearer {KEY}"}
        yield lambda data: http.post(f"{server.base_url}/v1/videos/generations", json=data, headers=headers)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=nearly_legal())
def test_the_verdict_over_http_is_the_same(order: Callable[[Data], httpx.Response], data: Data) -> None:
    theirs, answer = sandbox_refusal(data), order(data)
    assert answer.status_code == (200 if theirs is None else 422)
    if theirs is not None:
        assert answer.json()["error"]["param"] == theirs.param
