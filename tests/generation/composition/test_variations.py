"""Alternatives in a prompt, and one brief that becomes many."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.composition import MAX_BATCH, MAX_PROMPTS, Brief, Roles, Settings, briefs_of, expand

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
    assert expand(prompt) == [prompt]


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
    assert expand(prompt) == expanded


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{a|{b|c}}", "Alternatives cannot stand inside others: “{a|{b|c}}”."),
        ("{a|{b}}", "Alternatives cannot stand inside others: “{a|{b}}”."),
        ("Then {dawn|noon", "The alternatives that begin with “{dawn|noon” have no end"),
        ("{a|b {c}", "have no end: write } after the last."),
        ("{a|b|c|d|e|f|g}" * 2, "make 49 prompts; 48 is the most"),
    ],
)
def test_what_cannot_be_written_out_is_told(prompt, said):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the sentence is looked at below
        expand(prompt)
    assert said in str(raised.value)


def test_the_most_prompts_are_taken():
    assert len(expand("{a|b|c|d|e|f|g|h}{1|2|3|4|5|6}")) == MAX_PROMPTS


@given(st.text(alphabet="{}|a @<>é\n", max_size=60))
def test_any_text_gives_prompts_or_a_sentence(prompt):
    try:
        prompts, said = expand(prompt), ""
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
    assert set(expand(prompt)) == meant
    assert len(expand(prompt)) == len(meant)


def test_a_million_braces_take_no_time():
    assert expand("{" * 1_000_000) == ["{" * 1_000_000]


def test_one_brief_becomes_many_in_a_steady_order():
    brief = Brief("At {dawn|noon}", Settings(resolution="480p"), Roles(first="quay"), "010")
    model = brief.settings.model
    found = briefs_of(brief, takes=2, models=["skyreels-v4-std", model], resolutions=["1080p"])
    assert [(one.prompt, one.settings.model[-4:], one.settings.resolution) for one in found[::2]] == [
        (f"At {light}", kind, pixels)
        for light in ("dawn", "noon")
        for kind in ("fast", "-std")
        for pixels in ("480p", "1080p")
    ]
    assert found[::2] == found[1::2]
    assert {(one.roles.first, one.shot) for one in found} == {("quay", "010")}


def test_a_brief_by_itself_is_one():
    brief = Brief("A quay")
    assert briefs_of(brief) == [brief]


def test_a_batch_has_an_end():
    assert len(briefs_of(Brief("{a|b|c|d|e}"), takes=20)) == MAX_BATCH
    with pytest.raises(ValueError, match="That makes 120 takes; 100 is the most"):
        briefs_of(Brief("{a|b|c|d|e|f}"), takes=20)
    with pytest.raises(ValueError, match="one take or more"):
        briefs_of(Brief("a"), takes=0)
