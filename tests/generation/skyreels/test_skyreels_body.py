"""The bytes that are frozen and sent."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generation.skyreels.schemas import (
    GenerationRequest,
    MidFrame,
    Model,
    RefImage,
    Resolution,
    find_problems,
    parse_request,
)

SIGNED = "https://s3.example/b/a%20b.png?X-Amz-Signature=0f&X-Amz-Expires=3600"


def test_absent_fields_are_left_out() -> None:
    request = parse_request({"model": "skyreels-v4-fast", "prompt": "sea", "ref_images": [], "webhook": None})
    assert request.body() == b'{"model":"skyreels-v4-fast","prompt":"sea"}'
    assert (request.duration, request.resolution, request.aspect_ratio) == (5, "1080p", "16:9")
    assert request.prompt_optimizer is True


def test_the_order_is_that_of_the_documentation_and_text_is_kept_as_typed() -> None:
    request = parse_request(
        {
            "ref_images": [{"image_urls": [SIGNED], "audio_url": None, "type": "image", "tag": "@Mara"}],
            "prompt_optimizer": False,
            "resolution": "480p",
            "duration": 3,
            "prompt": '@Mara says "<dialogue>Grüße 海\n</dialogue>"',
            "model": "skyreels-v4-std",
        }
    )
    assert request.body().decode() == (
        '{"model":"skyreels-v4-std","prompt":"@Mara says \\"<dialogue>Grüße 海\\n</dialogue>\\"",'
        '"duration":3,"resolution":"480p","prompt_optimizer":false,"ref_images":[{"tag":"@Mara","type":"image",'
        f'"image_urls":["{SIGNED}"]}}]}}'
    )


def test_a_request_cannot_be_changed() -> None:
    request = parse_request({"model": "skyreels-v4-fast", "prompt": "sea"})
    with pytest.raises(ValidationError):
        request.prompt = "land"  # type: ignore[misc]


def test_elements_may_be_objects() -> None:
    request = GenerationRequest(
        model=Model.FAST,
        prompt="@one then @two",
        resolution=Resolution.P720,
        mid_frame_images=(
            MidFrame(tag="@one", image_url=SIGNED, time_stamp=2),
            MidFrame(tag="@two", image_url=SIGNED),
        ),
    )
    assert [sorted(frame) for frame in json.loads(request.body())["mid_frame_images"]] == [
        ["image_url", "tag", "time_stamp"],
        ["image_url", "tag"],
    ]
    with pytest.raises(ValidationError, match="tag_not_in_prompt"):
        GenerationRequest(
            model=Model.FAST,
            prompt="sea",
            ref_images=(RefImage.model_validate({"tag": "@six", "type": "image", "image_urls": [SIGNED]}),),
        )


_OPTIONAL = {
    "duration": st.integers(3, 15),
    "resolution": st.sampled_from(["480p", "720p", "1080p"]),
    "aspect_ratio": st.sampled_from(["16:9", "4:3", "1:1", "9:16", "3:4"]),
    "prompt_optimizer": st.booleans(),
    "webhook": st.just("https://backlot.example/hook"),
}
_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@st.composite
def legal_requests(draw: st.DrawFn) -> dict[str, object]:
    data = draw(
        st.fixed_dictionaries({"model": st.sampled_from([m.value for m in Model])}, optional=_OPTIONAL)
    )
    tags = draw(st.lists(st.from_regex(r"\A@[A-Za-z][A-Za-z0-9_-]{3}\Z"), max_size=3, unique=True))
    if tags:
        pictures = st.lists(st.just(SIGNED), min_size=1, max_size=5)
        data["ref_images"] = [{"tag": tag, "type": "image", "image_urls": draw(pictures)} for tag in tags]
    data["prompt"] = f"{draw(_WORDS)} scene {' and '.join(tags)} {draw(_WORDS)}"
    return data


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(legal_requests())
def test_the_body_says_what_was_asked_and_reads_back_to_itself(data: dict[str, object]) -> None:
    assert find_problems(data) == []
    body = parse_request(data).body()
    assert json.loads(body) == data
    assert parse_request(json.loads(body)).body() == body
