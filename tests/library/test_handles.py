"""The grammar of handles, told as properties of any text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library import handles

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES = st.builds(
    str.__add__, st.sampled_from(LETTERS), st.text(LETTERS + "0123456789_-", min_size=1, max_size=31)
)
PIECES = st.one_of(
    NAMES.map("@{}".format),
    st.sampled_from([" ", ", ", "@", "a@", "-", "_", "é", "駅", "."]),
    st.text(max_size=5),
)
PROMPTS = st.lists(PIECES, max_size=12).map("".join)


@settings(deadline=None)
@given(NAMES)
def test_what_follows_the_grammar_is_a_handle_and_is_found_whole(name: str) -> None:
    assert handles.is_handle(name)
    assert [found.name for found in handles.find_handles(f"駅@{name}, so")] == [name]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_nothing_else_is_a_handle(text: str) -> None:
    assert handles.is_handle(text) == bool(re.fullmatch("[a-zA-Z][a-zA-Z0-9_-]{1,31}", text))


@settings(deadline=None)
@given(PROMPTS)
def test_a_mention_is_what_stands_at_its_place(prompt: str) -> None:
    mentions = handles.find_handles(prompt)
    assert [prompt[found.start : found.end] for found in mentions] == [f"@{found.name}" for found in mentions]


@settings(deadline=None)
@given(PROMPTS, NAMES, NAMES)
def test_a_rename_replaces_whole_mentions_and_nothing_else(prompt: str, old: str, new: str) -> None:
    renamed = handles.replace_handles(prompt, {handles.fold(old): new})
    before = [found.name for found in handles.find_handles(prompt)]
    after = [found.name for found in handles.find_handles(renamed)]
    assert after == [new if handles.fold(name) == handles.fold(old) else name for name in before]
    if handles.fold(old) not in map(handles.fold, before):
        assert renamed == prompt


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_suggestion_is_a_handle_or_nothing(title: str) -> None:
    suggestion = handles.suggest(title)
    assert suggestion == "" or handles.is_handle(suggestion)


@pytest.mark.parametrize(
    ("title", "handle"),
    [
        ("Mara Voss.png", "Mara_Voss_png"),
        ("Zoë Müller", "Zoe_Muller"),
        ("Øystein & Łukasz", "Oystein_Lukasz"),
        ("Straße 7", "Strasse_7"),
        ("7 Strassen", "Strassen"),
        ("港の灯", ""),
    ],
)
def test_a_suggestion_can_be_read(title: str, handle: str) -> None:
    assert handles.suggest(title) == handle


@settings(deadline=None)
@given(st.lists(NAMES, max_size=6))
def test_clashes_are_the_pairs_of_which_one_starts_the_other(names: list[str]) -> None:
    folded = {handles.fold(name) for name in names}
    wanted = {(one, other) for one in folded for other in folded if one != other and other.startswith(one)}
    found = handles.prefix_clashes(names)
    assert {(handles.fold(one), handles.fold(other)) for one, other in found} == wanted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Mara and @mara-2.", ["Mara", "mara-2"]),
        ("write to mara@example.com", []),
        ("@@Mara", []),
        ("@1st @_x @", []),
        ("走る@Maraと", ["Mara"]),
    ],
)
def test_mentions_in_prompts(text: str, names: list[str]) -> None:
    assert [found.name for found in handles.find_handles(text)] == names
