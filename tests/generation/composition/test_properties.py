"""What holds for any prompt, any roles and any request over a small library."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.composition import Composition, Keyframe, Settings
from generation.sandbox.rules import read_order
from generation.skyreels.schemas import find_problems, parse_request
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

GOOD = ["Mara", "Mar", "Tom", "pier", "neon", "dawn", "Sheet", "chase", "walk"]
BAD = ["hum", "bare", "gone", "huge", "nobody", "Ma", "Marathon", "m"]
cased = st.sampled_from([str.lower, str.upper, str])
named = st.builds(lambda case, name: case(name), cased, st.sampled_from([*GOOD, *GOOD, *BAD]))
good = st.builds(lambda case, name: case(name), cased, st.sampled_from(GOOD))
WORDS = ["walks", "駅で", "me@Mara.example", "a@Tom", "<dialogue>no</dialogue>", "@@Mara", "@", "-", "é", "2"]
words = st.one_of(
    good.map("@{}".format), good.map("@{}".format), named.map("@{}".format), st.sampled_from(WORDS)
)
prompts = st.builds(
    lambda gap, parts: gap.join(parts), st.sampled_from([" ", " ", ", ", ""]), st.lists(words, max_size=6)
)
keyframes = st.builds(Keyframe, good, st.sampled_from([-1, 1, 4, 5]))
roles = st.fixed_dictionaries(
    {},
    optional={
        "first": named,
        "end": named,
        "mids": st.lists(keyframes, max_size=7).map(tuple),
        "clip": st.sampled_from(["reference", "extend"]),
        "voices": st.lists(named, max_size=2).map(tuple),
    },
)
calls = named.map("@{}".format) | st.just(PICTURE)
tags = good.map("@{}".format) | st.sampled_from(["@one", "@one2", "@M", "@图", "@Mara.v2"])
kinds = st.sampled_from(["image", "image", "grid"])
subjects = st.fixed_dictionaries(
    {"tag": tags, "type": kinds, "image_urls": st.lists(calls, min_size=1, max_size=2)},
    optional={"audio_url": calls},
)
mids = st.fixed_dictionaries(
    {"tag": tags, "image_url": calls}, optional={"time_stamp": st.sampled_from([-1, 2])}
)
clips = st.fixed_dictionaries(
    {"tag": tags, "type": st.sampled_from(["reference", "extend"]), "video_url": named.map("@{}".format)}
)
asked = st.fixed_dictionaries(
    {"prompt": st.builds(" ".join, st.lists(words | tags, max_size=6))},
    optional={
        "first_frame_image": calls,
        "ref_images": st.lists(subjects, max_size=3),
        "mid_frame_images": st.lists(mids, max_size=3),
        "ref_videos": st.lists(clips, max_size=1),
    },
)


def elements(plan: Data) -> list[Data]:
    lists = ("mid_frame_images", "ref_images", "ref_videos")
    return [element for name in lists for element in objects(plan.get(name))]


def check(composed: Composition) -> None:
    """What holds for every composition, and what for one that may be sent."""
    plan, told = composed.plan(), {problem.param for problem in composed.problems}
    sent = [element["tag"] for element in elements(plan)]
    distinct = set(sent)
    for one in distinct:
        assert not any(other.lower().startswith(one.lower()) for other in distinct - {one})
        # Every place where a provider would find it is one where it stands whole.
        whole = re.findall(rf"(?<![A-Za-z0-9_]){re.escape(one)}(?![A-Za-z0-9_-])", plan["prompt"])
        assert plan["prompt"].count(one) == len(whole)
        assert whole or any(param.endswith(".tag") for param in told)
    assert "X-Amz" not in str(plan)
    if composed.ok:
        request = parse_request(composed.preview())
        order = read_order(composed.preview())
        assert (request.scenario.value, request.mode.value) == (composed.scenario, composed.mode)
        assert order.prompt == request.prompt
        assert len(distinct) == len(sent)
        assert (len(request.ref_images) <= 3, len(request.mid_frame_images) <= 6) == (True, True)
        assert len(request.ref_videos) <= 1
        assert all(1 <= len(one.image_urls) <= 5 for one in request.ref_images)
    else:
        assert any(problem.level == "error" for problem in composed.problems)


@over_one_library
@given(prompt=prompts, roles=roles)
def test_what_a_person_composes_is_right_or_refused(stage: Stage, prompt: str, roles: dict[str, Any]) -> None:
    composed = stage.compose(prompt, **roles)
    check(composed)
    assert [prompt[one.start : one.end] for one in composed.mentions] == [
        f"@{found.name}" for found in handles.find_handles(prompt)
    ]
    if composed.ok:
        again = stage.compose(composed.prompt, **vars(composed.roles))
        assert again.plan() == composed.plan()


@over_one_library
@given(data=asked, voices=st.booleans())
def test_what_a_program_asks_for_is_right_or_refused(stage: Stage, data: Data, voices: bool) -> None:
    composed = stage.request(data, voices=voices)
    check(composed)
    kept = json.loads(json.dumps(composed.kept_roles))
    again = stage.request(kept["order"], voices=kept["order_voices"])
    assert (again.plan(), again.problems) == (composed.plan(), composed.problems)


@over_one_library
@given(data=nearly_legal())
def test_without_handles_of_ours_the_rules_alone_decide(stage: Stage, data: Data) -> None:
    """But for tags that begin alike, which are told apart instead of refused."""
    Asset.objects.all().delete()
    composed = stage.request({"model": None, **data})
    broken = [found for found in find_problems(data) if "begin alike" not in found.message]
    errors = {found.param for found in composed.problems if found.level == "error"}
    assert errors == {found.param for found in broken}


def test_the_same_brief_twice_is_the_same_request(stage: Stage) -> None:
    one, other = (stage.compose("@Mar, @Mara", settings=Settings(duration=7)) for _ in range(2))
    assert one.plan() == other.plan()
