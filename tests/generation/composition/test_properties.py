"""What holds for any prompt, any roles and any request over a small library."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.composition import Composition, Keyframe, Settings
from generation.composition.tags import unambiguous_tags
from generation.sandbox.rules import read_request
from generation.skyreels.schemas import RuleCode, find_problems, parse_request
from library import handles
from library.models import Asset
from tests.generation.composition.cast import Stage
from tests.generation.skyreels.drafts import PICTURE, Data
from tests.generation.skyreels.nearly_legal import nearly_legal, objects

pytestmark = pytest.mark.django_db
# The library is made once for each test and never written to; only prompts and roles are drawn anew.
over_one_library = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PEOPLE, PICTURES, CLIPS = ["Mara", "Mar", "Tom"], ["pier", "neon", "dawn"], ["chase", "walk"]
ODD = ["Sheet", "hum", "bare", "gone", "huge", "nobody", "Ma", "Marathon", "m"]
WORDS = ["walks", "駅で", "me@Mara.example", "a@Tom", "<dialogue>no</dialogue>", "@@Mara", "@", "-", "é", "2"]


def spelled(*names: str) -> st.SearchStrategy[str]:
    """One of these names, in some case."""
    cases = st.sampled_from([str.lower, str.upper, str])
    return st.builds(lambda case, name: case(name), cases, st.sampled_from(names))


def at(*names: str) -> st.SearchStrategy[str]:
    return spelled(*names).map("@{}".format)


anybody = spelled(*PEOPLE, *PICTURES, *CLIPS, *ODD)
words = st.one_of(
    at(*PEOPLE),
    at(*PEOPLE, *PICTURES),
    at(*PICTURES, *CLIPS),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    anybody.map("@{}".format),
)
prompts = st.builds(
    lambda gap, parts: gap.join(parts), st.sampled_from([" ", " ", ", ", ""]), st.lists(words, max_size=5)
)
seconds = st.sampled_from([-1, 1, 4, 5])
any_roles = st.fixed_dictionaries(
    {},
    optional={
        "first": anybody,
        "end": anybody,
        "mids": st.lists(st.builds(Keyframe, anybody, seconds), max_size=7).map(tuple),
        "clip": st.sampled_from(["reference", "extend"]),
        "voices": st.lists(anybody, max_size=2).map(tuple),
    },
)
frames = st.fixed_dictionaries(
    {"mids": st.lists(st.builds(Keyframe, spelled(*PICTURES), seconds), max_size=2).map(tuple)},
    optional={"first": spelled(*PICTURES), "end": spelled(*PICTURES)},
)
roles = st.one_of(
    st.just({}), st.just({"voices": ("mara",)}), st.just({"clip": "extend"}), frames, frames, any_roles
)


@st.composite
def take_requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A prompt and roles; keyframes are mostly named in the prompt."""
    prompt, chosen = draw(prompts), draw(roles)
    if draw(st.integers(0, 3)):
        prompt = " ".join([prompt, *(f"@{mid.handle}" for mid in chosen.get("mids", ()))])
    return prompt, chosen


tags = at(*PEOPLE, *PICTURES, *CLIPS) | st.sampled_from(["@one", "@one2", "@M", "@图", "@Mara.v2"])
pictures = st.one_of(at(*PICTURES), at(*PEOPLE, *PICTURES), st.just(PICTURE), anybody.map("@{}".format))
subjects = st.fixed_dictionaries(
    {
        "tag": tags,
        "type": st.sampled_from(["image", "image", "image", "grid"]),
        "image_urls": st.lists(pictures, min_size=1, max_size=2),
    },
    optional={"audio_url": at("Mara", "hum") | anybody.map("@{}".format)},
)
keyframes = st.fixed_dictionaries(
    {"tag": tags, "image_url": at(*PICTURES) | pictures}, optional={"time_stamp": st.sampled_from([-1, 2])}
)
clips = st.fixed_dictionaries(
    {
        "tag": tags,
        "type": st.sampled_from(["reference", "extend"]),
        "video_url": at(*CLIPS) | anybody.map("@{}".format),
    }
)


@st.composite
def requests(draw: st.DrawFn) -> Data:
    """A request of mostly one mode, whose tags mostly stand in the prompt."""
    fields = {
        "first_frame_image": pictures,
        "mid_frame_images": st.lists(keyframes, max_size=3),
        "ref_images": st.lists(subjects, max_size=3),
        "ref_videos": st.lists(clips, max_size=1),
    }
    names = st.sampled_from(
        [*[[name] for name in fields], [], ["ref_images", "ref_videos"], [*fields][:2], [*fields]]
    )
    data: Data = {name: draw(fields[name]) for name in draw(names)}
    said = [element["tag"] for element in elements(data)] if draw(st.integers(0, 3)) else []
    return data | {"prompt": " ".join([*draw(st.lists(words, max_size=3)), *said])}


def elements(plan: Data) -> list[Data]:
    lists = ("mid_frame_images", "ref_images", "ref_videos")
    return [element for name in lists for element in objects(plan.get(name))]


def check(composed: Composition) -> None:
    """What holds for every composition, and what for one that may be sent."""
    plan, told = composed.plan(), {problem.field for problem in composed.problems}
    sent = [element["tag"] for element in elements(plan)]
    distinct = set(sent)
    for one in distinct:
        assert not any(other.startswith(one) for other in distinct - {one})
        # Every place where a provider would find it is one where it stands whole.
        whole = re.findall(rf"(?<![A-Za-z0-9_]){re.escape(one)}(?![A-Za-z0-9_-])", plan["prompt"])
        assert plan["prompt"].count(one) == len(whole)
        assert whole or any(param.endswith(".tag") for param in told)
    assert "X-Amz" not in str(plan)
    if composed.ok:
        request = parse_request(composed.preview())
        order = read_request(composed.preview())
        assert (request.scenario.value, request.mode.value) == (composed.scenario, composed.mode)
        assert order.prompt == request.prompt
        assert len(distinct) == len(sent)
        assert (len(request.ref_images) <= 3, len(request.mid_frame_images) <= 6) == (True, True)
        assert len(request.ref_videos) <= 1
        assert all(1 <= len(one.image_urls) <= 5 for one in request.ref_images)
    else:
        assert any(problem.level == "error" for problem in composed.problems)


@over_one_library
@given(take_request=take_requests())
def test_what_a_person_composes_is_right_or_refused(
    stage: Stage, take_request: tuple[str, dict[str, Any]]
) -> None:
    prompt, chosen = take_request
    composed = stage.compose(prompt, **chosen)
    check(composed)
    assert [prompt[one.start : one.end] for one in composed.mentions] == [
        f"@{found.name}" for found in handles.find_handles(prompt)
    ]
    if composed.ok:
        again = stage.compose(composed.prompt, **vars(composed.roles))
        assert again.plan() == composed.plan()


@over_one_library
@given(data=requests(), voices=st.booleans())
def test_what_a_program_asks_for_is_right_or_refused(stage: Stage, data: Data, voices: bool) -> None:
    composed = stage.request(data, voices=voices)
    check(composed)
    kept = json.loads(json.dumps(composed.stored_roles))
    again = stage.request(kept["order"], voices=kept["order_voices"])
    assert (again.plan(), again.problems) == (composed.plan(), composed.problems)


@over_one_library
@given(data=nearly_legal())
def test_without_handles_of_ours_the_rules_alone_decide(stage: Stage, data: Data) -> None:
    """But for tags that begin alike, which are told apart instead of refused wherever a name is left for them."""
    Asset.objects.all().delete()
    composed = stage.request({"model": None, **data})
    found = find_problems(data)
    alike = {problem.field for problem in found if problem.code == RuleCode.TAG_IS_PREFIX}
    broken = {problem.field for problem in found if problem.code != RuleCode.TAG_IS_PREFIX}
    errors = {problem.field for problem in composed.problems if problem.level == "error"}
    assert errors == broken or (broken and broken <= errors <= broken | alike)


def test_the_same_brief_twice_is_the_same_request(stage: Stage) -> None:
    one, other = (stage.compose("@Mar, @Mara", settings=Settings(duration=7)) for _ in range(2))
    assert one.plan() == other.plan()


tag = st.text("aA_-r1x", min_size=1, max_size=4).map("@{}".format)


@settings(deadline=None)
@given(st.lists(tag, max_size=8), st.lists(tag, max_size=4).map(" ".join))
def test_of_any_tags_none_is_found_in_another_nor_in_the_text(tags: list[str], rest: str) -> None:
    """However alike they are, as long as each has two letters, which handles have."""
    tags = [f"{one}{one[1]}" for one in tags]
    sent = list(unambiguous_tags(tags, rest).values())
    assert set(unambiguous_tags(tags, rest)) == set(tags)
    assert not any(one.startswith(other) for one in sent for other in sent if one != other)
    assert len(set(sent)) == len(sent)
    assert not any(one in rest for one in sent)
