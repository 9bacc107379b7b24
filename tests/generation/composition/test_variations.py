"""Alternatives in a prompt, and one take_request that becomes many."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.composition import (
    MAX_BATCH,
    MAX_PROMPTS,
    Roles,
    Settings,
    TakeRequest,
    expand_prompt,
    variations_of,
)
from generation.composition.variations import CannotExpand

AS_TYPED = [
    "",
    "A quay",
    "A quay | a pier",
    "{}",
    "{dawn}",
    "{dawn",
    "dawn}",
    "}{",
    "{ {dawn} }",
    "a | b } c",
    "<dialogue>“Now | or never”, says @Mara</dialogue>",
    '{"light": "low"}',
    "{{{{",
]


@pytest.mark.parametrize("prompt", AS_TYPED)
def test_what_is_no_alternative_stays_as_typed(prompt):
    assert expand_prompt(prompt) == [prompt]


@pytest.mark.parametrize(
    ("prompt", "expanded"),
    [
        ("At {dawn|noon|night}", ["At dawn", "At noon", "At night"]),
        ("{a|b}{1|2}", ["a1", "a2", "b1", "b2"]),
        ("a {red |}car", ["a red car", "a car"]),
        ("{|}", [""]),
        ("{a|b|a}", ["a", "b"]),
        ("@{Mara|Dean} walks", ["@Mara walks", "@Dean walks"]),
        ("{ dawn | noon }", [" dawn ", " noon "]),
        ("{by {dawn|noon} light}", ["{by dawn light}", "{by noon light}"]),
        (":-{ {a|b}", [":-{ a", ":-{ b"]),
        ("<sfx>{rain|wind}</sfx>\n{a|b}", [f"<sfx>{x}</sfx>\n{y}" for x in ("rain", "wind") for y in "ab"]),
    ],
)
def test_alternatives_are_written_out_in_the_order_typed(prompt, expanded):
    assert expand_prompt(prompt) == expanded


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("{a|{b|c}}", "“{a|{b|c}}”"),
        ("{a|{b}}", "“{a|{b}}”"),
        ("Then {dawn|noon", "“{dawn|noon”"),
        ("{a|b {c}", "“{a|b {c}”"),
        ("{a|b|c|d|e|f|g}" * 2, "49"),
    ],
)
def test_alternatives_that_cannot_be_expanded_are_quoted(prompt, shown):
    with pytest.raises(CannotExpand) as raised:
        expand_prompt(prompt)
    assert raised.value.in_prompt
    assert shown in str(raised.value)


def test_the_most_prompts_are_taken():
    assert len(expand_prompt("{a|b|c|d|e|f|g|h}{1|2|3|4|5|6}")) == MAX_PROMPTS


@given(st.text(alphabet="{}|a @<>é\n", max_size=60))
def test_any_text_gives_prompts_or_a_sentence(prompt):
    try:
        prompts, said = expand_prompt(prompt), ""
    except ValueError as refusal:
        prompts, said = [], str(refusal)
    if said:
        assert said[0].isupper()
        assert said.endswith(".")
    else:
        assert 1 <= len(prompts) == len(set(prompts)) <= MAX_PROMPTS
        assert prompts == [prompt] or "|" in prompt


words = st.text(alphabet="ab .@", max_size=5)


@given(st.lists(words, min_size=1, max_size=3), st.data())
def test_every_choice_is_there_once(between, data):
    groups = [data.draw(st.lists(words, min_size=2, max_size=3)) for _ in between[1:]]
    prompt = between[0] + "".join(
        "{" + "|".join(group) + "}" + text for group, text in zip(groups, between[1:], strict=True)
    )
    meant = {
        between[0] + "".join(choice + text for choice, text in zip(chosen, between[1:], strict=True))
        for chosen in product(*groups)
    }
    assert set(expand_prompt(prompt)) == meant
    assert len(expand_prompt(prompt)) == len(meant)


def test_a_million_braces_take_no_time():
    assert expand_prompt("{" * 1_000_000) == ["{" * 1_000_000]


def test_one_brief_becomes_many_in_a_steady_order():
    take_request = TakeRequest("At {dawn|noon}", Settings(resolution="480p"), Roles(first="quay"), "010")
    model = take_request.settings.model
    found = variations_of(take_request, takes=2, models=["skyreels-v4-std", model], resolutions=["1080p"])
    assert [(one.prompt, one.settings.model[-4:], one.settings.resolution) for one in found[::2]] == [
        (f"At {light}", kind, pixels)
        for light in ("dawn", "noon")
        for kind in ("fast", "-std")
        for pixels in ("480p", "1080p")
    ]
    assert found[::2] == found[1::2]
    assert {(one.roles.first, one.shot) for one in found} == {("quay", "010")}


def test_a_brief_by_itself_is_one():
    take_request = TakeRequest("A quay")
    assert variations_of(take_request) == [take_request]


def test_a_batch_has_an_end():
    assert len(variations_of(TakeRequest("{a|b|c|d|e}"), takes=20)) == MAX_BATCH
    with pytest.raises(ValueError, match="120"):
        variations_of(TakeRequest("{a|b|c|d|e|f}"), takes=20)
    with pytest.raises(ValueError, match="at least one"):
        variations_of(TakeRequest("a"), takes=0)
