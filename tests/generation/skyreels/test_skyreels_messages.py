"""Problems are reported all at once, with codes and values; some are only warnings."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.skyreels.schemas import (
    IMAGE_FORMATS,
    GenerationRequest,
    Problem,
    RuleCode,
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
    assert {problem.field for problem in find_problems(data)} == {
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
    ("data", "code", "values"),
    [
        (text(duration=16), RuleCode.DURATION_OUT_OF_RANGE, {"seconds": 16, "minimum": 3, "maximum": 15}),
        (
            text(resolution="4k"),
            RuleCode.NOT_A_CHOICE,
            {"value": "4k", "choices": ("480p", "720p", "1080p")},
        ),
        (text(seed=1), RuleCode.UNKNOWN_FIELD, {}),
        (text(duration="five"), RuleCode.NOT_AN_INTEGER, {"value": "five"}),
        ({"model": "skyreels-v4-fast"}, RuleCode.REQUIRED, {}),
        (
            subjects(image("@one", image_urls=[PICTURE] * 6)),
            RuleCode.TOO_MANY_ENTRIES,
            {"count": 6, "limit": 5},
        ),
        (
            text(first_frame_image="https://h.example/a.webp"),
            RuleCode.UNSUPPORTED_FORMAT,
            {"suffix": "webp", "choices": IMAGE_FORMATS},
        ),
        (
            keyframes(mid("@one", time_stamp=9)),
            RuleCode.KEYFRAME_OUT_OF_RANGE,
            {"second": 9, "duration": 5},
        ),
        (text(prompt="neon " * 6000), RuleCode.PROMPT_TOO_LONG, {"tokens": 6000, "limit": 1280}),
    ],
)
def test_a_problem_has_a_code_with_value_and_limit(data: Data, code: str, values: dict[str, object]) -> None:
    assert [(found.code, found.values) for found in find_problems(data)] == [(code, values)]


def test_problems_do_not_contain_signatures() -> None:
    (problem,) = find_problems(text(first_frame_image="ftp://h.example/a.png?X-Amz-Signature=secret"))
    assert "secret" not in repr(problem)


def test_a_request_must_be_an_object() -> None:
    assert [problem.field for problem in find_problems(["sea"])] == [""]  # type: ignore[arg-type]


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
    assert [warning.field for warning in find_warnings(parse_request(data))] == fields


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
    assert all(isinstance(problem, Problem) and problem.code for problem in problems)
    if not problems:
        parse_request(data)


def test_an_endless_or_deep_request_is_answered_too() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert [problem.field for problem in find_problems(text(resolution=deep))] == ["resolution"]
    problems = find_problems(subjects(*[image("@one")] * 100_000))
    assert problems[0].field == "ref_images"
    assert len(problems) < 100
