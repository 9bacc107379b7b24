"""How faults are told: all at once, in plain words; and what is only worth a warning."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.skyreels.schemas import (
    GenerationRequest,
    Problem,
    find_problems,
    find_warnings,
    parse_request,
)
from tests.generation.skyreels.drafts import (
    PICTURE,
    Data,
    clips,
    grid,
    image,
    keyframes,
    mid,
    subjects,
    text,
    video,
)


def test_every_fault_is_told_at_once() -> None:
    data = subjects(
        image("@four", type="photo"),
        grid("five"),
        duration=16,
        resolution="4k",
        seed=3,
        first_frame_image="x",
    )
    assert {problem.param for problem in find_problems(data)} == {
        "duration",
        "resolution",
        "seed",
        "first_frame_image",
        "ref_images",
        "ref_images.0.tag",
        "ref_images.0.type",
        "ref_images.1.tag",
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (text(duration=16), "duration is 16 s; it must be 3 to 15 s"),
        (text(resolution="4k"), "resolution is 4k; it must be 480p, 720p or 1080p"),
        (text(seed=1), "seed is not a setting that SkyReels V4 knows"),
        (text(duration="five"), "duration is five; it must be a whole number"),
        ({"model": "skyreels-v4-fast"}, "prompt is missing"),
        (
            subjects(image("@one", image_urls=[PICTURE] * 6)),
            "ref_images.0.image_urls has 6 entries; it must have at most 5",
        ),
        (
            text(first_frame_image="https://h.example/a.webp"),
            "first_frame_image is a .webp file; it must be jpg, jpeg, png, gif or bmp",
        ),
        (
            keyframes(mid("@one", time_stamp=9)),
            "time_stamp is 9 s; it must lie after 0 s and before 5 s, or be -1 (any time)",
        ),
        (text(prompt="neon " * 6000), "the prompt is at least 6000 tokens long; it must be at most 1280"),
    ],
)
def test_messages_name_value_and_limit(data: Data, message: str) -> None:
    assert [problem.message for problem in find_problems(data)] == [message]


def test_messages_do_not_repeat_signatures() -> None:
    (problem,) = find_problems(text(first_frame_image="ftp://h.example/a.png?X-Amz-Signature=secret"))
    assert "secret" not in problem.message


def test_a_request_must_be_an_object() -> None:
    assert [problem.param for problem in find_problems(["sea"])] == [""]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (text(aspect_ratio="1:1", duration=9), []),
        (text(first_frame_image=PICTURE), []),
        (text(first_frame_image=PICTURE, aspect_ratio="1:1"), ["aspect_ratio"]),
        (subjects(aspect_ratio="1:1", duration=9), []),
        (clips(aspect_ratio="1:1", duration=9), ["aspect_ratio", "duration"]),
        (clips(video(type="extend"), aspect_ratio="1:1", duration=9), ["aspect_ratio"]),
        (text(prompt="sea " * 600), []),
        (text(prompt="harbour " * 600), ["prompt"]),
    ],
)
def test_what_is_ignored_or_doubtful_is_a_warning(data: Data, fields: list[str]) -> None:
    assert [warning.param for warning in find_warnings(parse_request(data))] == fields


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("@one")
    | st.just("image"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tag", "type", "image_urls", "time_stamp", "video_url"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*GenerationRequest.model_fields, "seed"]), _JSON))
def test_any_data_is_either_a_request_or_named_problems(data: Data) -> None:
    problems = find_problems(data)
    assert all(isinstance(problem, Problem) and problem.message for problem in problems)
    if not problems:
        parse_request(data)


def test_an_endless_or_deep_request_is_answered_too() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert [problem.param for problem in find_problems(text(resolution=deep))] == ["resolution"]
    problems = find_problems(subjects(*[image("@one")] * 100_000))
    assert problems[0].param == "ref_images"
    assert len(problems) < 100
