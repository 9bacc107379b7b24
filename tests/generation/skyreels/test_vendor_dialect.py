"""The vendor's own API: what is sent, how its answers are read, and what each failure lets the caller do next."""

import asyncio
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from generation.skyreels.client import AsyncSkyReelsClient, SkyReelsClient
from generation.skyreels.errors import (
    BalanceExhausted,
    KeyRejected,
    NotSent,
    OutcomeUnknown,
    Refused,
    SkyReelsError,
    Unavailable,
    UnknownTask,
)
from generation.skyreels.providers import GATEWAY, VENDOR
from generation.skyreels.schemas import Model, RuleCode, Submitted, TaskState, parse_request
from tests.generation.skyreels.drafts import (
    CLIP,
    PICTURE,
    VOICE,
    Data,
    clips,
    grid,
    image,
    keyframes,
    subjects,
    text,
    video,
)
from tests.generation.skyreels.local_gateway import (
    KEY,
    Gateway,
    break_off,
    close_connection,
    reset_connection,
)

BODY = b'{"prompt":"sea","sound":false,"mode":"fast"}'
TASK = "text2video/t2v-1"
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def said(code: object, status: str = "error", **more: object) -> Data:
    return {"task_id": "", "msg": "", "code": code, "status": status, "data": None, "trace_id": "t", **more}


@pytest.fixture
def client(gateway: Gateway, http: httpx.Client) -> SkyReelsClient:
    return SkyReelsClient(http, base_url=gateway.url, api_key=KEY, provider=VENDOR)


def frozen(data: Data, model: str = "skyreels-v4-std") -> Data:
    return dict(json.loads(VENDOR.body(parse_request({**data, "model": model}))))


def test_the_frozen_bytes_are_in_the_vendors_words_and_without_the_key() -> None:
    request = parse_request(
        text(prompt="Grüße 海", duration=7, aspect_ratio="9:16", webhook="https://b.example/")
    )
    assert VENDOR.body(request) == (
        '{"prompt":"Grüße 海","duration":7,"aspect_ratio":"9:16","sound":false,"mode":"fast"}'.encode()
    )
    assert VENDOR.body(request) == VENDOR.body(parse_request(json.loads(request.body())))
    assert GATEWAY.body(request) == request.body()


def test_sound_where_the_vendor_can_make_it() -> None:
    assert frozen(text())["sound"] is True
    assert frozen(text(), "skyreels-v4-fast")["sound"] is False
    assert frozen(clips())["sound"] is False
    assert frozen(clips(video(type="extend")))["sound"] is True


def test_a_video_from_frames_has_no_ratio_to_choose() -> None:
    assert "aspect_ratio" not in frozen(text(first_frame_image=PICTURE, aspect_ratio="1:1"))
    assert frozen(subjects(aspect_ratio="1:1"))["aspect_ratio"] == "1:1"


def test_media_are_told_as_at_the_gateway() -> None:
    pictures = [image("@one", audio_url=VOICE), image("@two")]
    assert frozen(subjects(*pictures))["ref_images"] == pictures
    assert frozen(clips())["ref_videos"] == [{"tag": "@clip", "type": "reference", "video_url": CLIP}]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (text(), "text2video"),
        (text(prompt="first_frame_image and ref_images"), "text2video"),
        (text(first_frame_image=PICTURE), "image2video"),
        (text(end_frame_image=PICTURE), "image2video"),
        (keyframes(), "image2video"),
        (subjects(), "omni-video"),
        (subjects(grid("@one")), "omni-video"),
        (clips(), "omni-video"),
    ],
)
def test_the_path_follows_from_the_frozen_bytes(
    gateway: Gateway, client: SkyReelsClient, data: Data, kind: str
) -> None:
    gateway.answers(200, said(200, "ok", task_id="abc"))
    body = VENDOR.body(parse_request(data))
    assert client.submit(body, idempotency_key="job-1") == Submitted(task_id=f"{kind}/abc")
    (heard,) = gateway.heard
    assert (heard.method, heard.path) == ("POST", f"/api/v1/video/{kind}/submit")
    assert heard.body == b'{"api_key":"' + KEY.encode() + b'",' + body[1:]
    assert json.loads(heard.body) == {"api_key": KEY, **json.loads(body)}
    assert {"Authorization", "Idempotency-Key"}.isdisjoint(heard.headers)


@pytest.mark.parametrize("tail", ["", "/", "/api/v1", "/api/v1/"])
def test_the_base_url_with_or_without_version(gateway: Gateway, http: httpx.Client, tail: str) -> None:
    gateway.answers(200, said(200, "running"))
    SkyReelsClient(http, base_url=gateway.url + tail, api_key=KEY, provider=VENDOR).task(TASK)
    (heard,) = gateway.heard
    assert heard.path == "/api/v1/video/text2video/task/t2v-1"
    assert KEY not in str(heard.headers)


FILM = {"video_url": "https://cdn.example/v.mp4?Sign=1", "duration": 5, "resolution": "1080p"}


@pytest.mark.parametrize(
    ("answer", "state", "url"),
    [
        (said(200, "submitted"), TaskState.PENDING, None),
        (said(200, "pending"), TaskState.PENDING, None),
        (said(200, "running"), TaskState.PENDING, None),
        (said(200, "unknown"), TaskState.PENDING, None),
        (said(200, "warming_up"), TaskState.PENDING, None),
        (said("200", "running"), TaskState.PENDING, None),
        (said(0, "running"), TaskState.PENDING, None),
        (said(200, "success", data=FILM), TaskState.COMPLETED, FILM["video_url"]),
        (said(200, "running", data=FILM), TaskState.COMPLETED, FILM["video_url"]),
        (said(200, "success"), TaskState.COMPLETED, None),
        (said(200, "failed", msg="too dark"), TaskState.FAILED, None),
        (said(500, "failed", msg="too dark", task_id="t2v-1"), TaskState.FAILED, None),
        (said(482, "failed", msg="too dark", task_id="t2v-1"), TaskState.FAILED, None),
    ],
)
def test_how_a_task_stands(
    gateway: Gateway, client: SkyReelsClient, answer: Data, state: TaskState, url: str | None
) -> None:
    gateway.answers(200, answer)
    task = client.task(TASK)
    assert (task.id, task.state, task.video_url) == (TASK, state, url)
    assert (task.cost, task.progress) == (None, None)
    if state is TaskState.FAILED:
        assert task.error is not None
        assert (task.error.code, task.error.message) == (str(answer["code"]), "too dark")


@pytest.mark.parametrize(
    "task_id", ["", "task_1", "t2v-1", "text2video/", "text2video/..", "multiobject/1", "/x"]
)
def test_an_id_of_another_provider_is_not_asked_for(
    gateway: Gateway, client: SkyReelsClient, task_id: str
) -> None:
    with pytest.raises(UnknownTask):
        client.task(task_id)
    assert gateway.heard == []


def test_the_number_of_a_task_stays_one_piece(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(200, said(200, "running"))
    client.task("omni-video/a/../b?c")
    assert gateway.heard[0].path == "/api/v1/video/omni-video/task/a%2F..%2Fb%3Fc"


# HTTP status, body, what a submit raises, what a poll raises (None: it is an answer about the task)
TABLE: list[tuple[int, object, type[SkyReelsError], type[SkyReelsError] | None]] = [
    *[
        row
        for http_status in (200, None)
        for row in (
            (http_status or 401, said(401, msg="Invalid API key"), KeyRejected, KeyRejected),
            (http_status or 402, said(402), BalanceExhausted, BalanceExhausted),
            (http_status or 480, said(480, msg="no credits"), BalanceExhausted, BalanceExhausted),
            (http_status or 429, said(429, msg="busy"), NotSent, Unavailable),
            (http_status or 481, said(481, msg="too fast"), NotSent, Unavailable),
            (http_status or 422, said(422, msg="duration"), Refused, UnknownTask),
            (http_status or 482, said(482, msg="unsafe"), Refused, Unavailable),
            (http_status or 404, said(404), Refused, UnknownTask),
            (http_status or 500, said(500, msg="oops"), OutcomeUnknown, Unavailable),
            (http_status or 503, said(503), OutcomeUnknown, Unavailable),
        )
    ],
    (200, said("480"), BalanceExhausted, BalanceExhausted),
    (200, said(1001, msg="?"), OutcomeUnknown, Unavailable),
    (200, said(401, "failed", task_id="t2v-1"), KeyRejected, KeyRejected),
    (200, said(481, "failed", task_id="t2v-1"), NotSent, Unavailable),
    (200, said(500, "failed"), OutcomeUnknown, Unavailable),
    (200, said(500, "error", task_id="t2v-1"), OutcomeUnknown, Unavailable),
    (200, said(200, "ok"), OutcomeUnknown, None),
    (200, said(200, "ok", task_id=None), OutcomeUnknown, None),
    (200, said(200, ""), OutcomeUnknown, Unavailable),
    (502, said(200, "ok", task_id="t2v-1"), OutcomeUnknown, Unavailable),
    (401, b"", KeyRejected, KeyRejected),
    (429, HTML, NotSent, Unavailable),
    (408, b"", OutcomeUnknown, Unavailable),
    (302, b"", Refused, Unavailable),
    (502, HTML, OutcomeUnknown, Unavailable),
    (200, HTML, OutcomeUnknown, Unavailable),
    (200, b"", OutcomeUnknown, Unavailable),
    (200, b"[1]", OutcomeUnknown, Unavailable),
]


def raised_by(call: Callable[[], object]) -> SkyReelsError:
    with pytest.raises(SkyReelsError) as raised:
        call()
    return raised.value


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{str(row[1])[:60]}")
def test_each_answer_says_what_to_do_next(
    gateway: Gateway,
    client: SkyReelsClient,
    row: tuple[int, object, type[SkyReelsError], type[SkyReelsError] | None],
) -> None:
    status, body, on_submit, on_query = row
    gateway.answers(status, body, Location="/elsewhere")
    failure = raised_by(lambda: client.submit(BODY, idempotency_key="job-1"))
    assert type(failure) is on_submit
    assert failure.status_code == status
    assert failure.message == str(failure) != ""
    assert "<" not in failure.message
    if on_query is None:
        assert client.task(TASK).state is TaskState.PENDING
    else:
        assert type(raised_by(lambda: client.task(TASK))) is on_query
    assert len(gateway.heard) == 2


def test_a_broken_rule_names_its_field(gateway: Gateway, client: SkyReelsClient) -> None:
    place = [{"loc": ["body", "ref_images", 0, "tag"], "msg": "must start with @"}]
    gateway.answers(200, said(422, msg="Parameter error", detail=place))
    failure = raised_by(lambda: client.submit(BODY, idempotency_key="job-1"))
    assert (failure.code, failure.param) == ("422", "ref_images.0.tag")
    assert failure.message == "SkyReels refused the request: Parameter error."
    gateway.answers(422, {"detail": place})
    failure = raised_by(lambda: client.submit(BODY, idempotency_key="job-1"))
    assert (failure.param, failure.message) == (
        "ref_images.0.tag",
        "SkyReels refused the request: must start with @.",
    )


def test_the_key_in_the_body_is_blanked_when_it_comes_back(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(422, said(422, msg=f"api_key {KEY} may not", input={"api_key": KEY}))
    failure = raised_by(lambda: client.submit(BODY, idempotency_key="job-1"))
    for words in (failure.message, failure.raw, repr(failure)):
        assert KEY not in words
    assert KEY not in repr(VENDOR.submit_call(BODY, idempotency_key="job-1", api_key=KEY))


@pytest.mark.parametrize("misbehave", [reset_connection, close_connection, break_off])
def test_a_line_that_breaks_after_sending_leaves_the_outcome_unknown(
    gateway: Gateway, client: SkyReelsClient, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    assert type(raised_by(lambda: client.submit(BODY, idempotency_key="job-1"))) is OutcomeUnknown
    assert type(raised_by(lambda: client.task(TASK))) is Unavailable
    assert len(gateway.heard) == 2


def test_there_is_no_balance_to_tell_but_somebody_who_answers(
    gateway: Gateway, client: SkyReelsClient
) -> None:
    for status, answer in ((404, b""), (200, said(404)), (200, said(200, "unknown"))):
        gateway.answers(status, answer)
        assert client.balance().remain_balance is None
    gateway.answers(502, HTML)
    assert type(raised_by(client.balance)) is Unavailable


def test_many_tasks_at_once(gateway: Gateway) -> None:
    gateway.answers(200, said(200, "success", data=FILM))

    async def ask() -> list[str | None]:
        async with httpx.AsyncClient(trust_env=False) as http:
            client = AsyncSkyReelsClient(http, base_url=gateway.url, api_key=KEY, provider=VENDOR)
            return [task.video_url for task in await asyncio.gather(*(client.task(TASK) for _ in range(4)))]

    assert asyncio.run(ask()) == [FILM["video_url"]] * 4


def test_what_each_provider_can_carry() -> None:
    speaking = parse_request(subjects(image("@two"), image("@one", audio_url=VOICE)))
    assert (speaking.model, GATEWAY.capabilities.problems(speaking)) == (Model.FAST, [])
    (problem,) = VENDOR.capabilities.problems(speaking)
    assert (problem.code, problem.field) == (RuleCode.VOICE_UNAVAILABLE, "ref_images.1.audio_url")
    unhurried = speaking.model_copy(update={"model": Model.STD})
    assert VENDOR.capabilities.problems(unhurried) == []
    both = [GATEWAY.capabilities, VENDOR.capabilities]
    assert [able.webhook for able in both] == [True, False]
    assert [able.idempotency for able in both] == [True, False]
    assert [able.balance for able in both] == [True, False]
    assert [able.max_clip_seconds for able in both] == [15, 10]
    assert all(able.mid_frames and able.audio_sync for able in both)
