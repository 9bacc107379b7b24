"""Each problem code has a message whose placeholders the problem's parameters fill."""

import re
from datetime import date

import pytest
from django.utils import translation

from generation.composition import Problem, ProblemCode, message_of, problem
from generation.composition.problem_messages import ALL_MESSAGES, WITH_SUGGESTION
from generation.composition.problems import RuleCode

# A value for every parameter that occurs in a message.
VALUES = {
    name: value
    for names, value in [
        ("value suffix tag other other_field model resolution handle hint reason message", "text"),
        ("limit count minimum maximum seconds tokens second duration likely highest number", 2),
        ("choices fields", ("a", "b")),
    ]
    for name in names.split()
} | {
    "kind": "grid",
    "role": "first",
    "scenario": "Keyframes",
    "ended": date(2026, 11, 30),
    "problem": problem(RuleCode.REQUIRED, "prompt"),
}


def test_every_code_has_a_message() -> None:
    assert set(ALL_MESSAGES) == {*RuleCode, *ProblemCode}
    assert not {*RuleCode} & {*ProblemCode}


@pytest.mark.parametrize("code", [*RuleCode, *ProblemCode])
def test_every_message_can_be_rendered(code: str) -> None:
    message = message_of(Problem(code, "prompt", tuple(VALUES.items())))
    assert message
    assert not re.search(r"%\(|_proxy__", message)


@pytest.mark.parametrize("code", WITH_SUGGESTION)
def test_a_suggestion_is_part_of_the_message(code: str) -> None:
    assert "@Mara" in message_of(problem(code, "prompt", suggestion="Mara", handle="Marra"))


def test_values_are_shown_in_the_language_of_the_reader() -> None:
    found = problem(ProblemCode.CLIP_TOO_LONG, "prompt", seconds=12.04, limit=10)
    assert "12.0" in message_of(found)
    with translation.override("de"):
        assert "12,0" in message_of(found)


def test_equal_problems_are_one() -> None:
    codes = [RuleCode.REQUIRED, RuleCode.REQUIRED, RuleCode.UNKNOWN_FIELD]
    assert len(dict.fromkeys(problem(code, "prompt") for code in codes)) == 2
