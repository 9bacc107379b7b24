"""Every review state is complete: details, texts, badge, API value and notification sentences."""

import re
from typing import get_args

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from generation.api import job_schemas
from generation.models import ReviewState, Take, Verdict
from generation.models.review_states import DETAILS
from generation.reviews.verdicts.verdicts import result_of
from generation.templatetags.badges import review_badge

STYLES = settings.BASE_DIR / "static" / "css"
verdict_states = pytest.mark.parametrize("state", ReviewState.verdicts())


def test_each_state_has_details() -> None:
    assert set(DETAILS) == set(ReviewState)
    assert all(str(state.label) and str(state.details.short_label) for state in ReviewState)


def test_columns_and_api_have_the_same_values() -> None:
    assert get_args(job_schemas.ReviewState) == tuple(ReviewState.values)
    assert get_args(job_schemas.Decision) == tuple(state.value for state in ReviewState.verdicts())
    assert Take._meta.get_field("review").choices == ReviewState.choices
    assert Verdict._meta.get_field("decision").choices == ReviewState.verdict_choices()
    assert max(map(len, ReviewState.values)) <= (Take._meta.get_field("review").max_length or 0)


def test_each_verdict_has_a_shortcut_of_its_own() -> None:
    keys = [state.texts.key for state in ReviewState.verdicts()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("state", ReviewState)
def test_each_tone_has_styles(state: ReviewState) -> None:
    css = "".join(path.read_text() for path in STYLES.rglob("*.css"))
    for name in (state.badge_class, f"score-{state.details.tone}", f"key-{state.details.tone}"):
        assert re.search(rf"\.{name}\b", css)


@pytest.mark.parametrize("state", ReviewState)
def test_each_state_has_a_badge(state: ReviewState) -> None:
    badge = render_to_string("generation/takes/_review_badge.html", review_badge(state.value))
    assert (state.badge_class in badge, str(state.label) in badge) == (True, True)


@verdict_states
def test_each_verdict_has_texts(state: ReviewState) -> None:
    texts = state.texts
    assert all(map(str, (texts.key, texts.button, texts.short_button)))
    assert "Take 1" in str(texts.confirmation) % {"take": "Take 1"}
    assert bool(texts.question) == bool(texts.reason_missing) == state.is_objection


@pytest.mark.parametrize("template", ["verdict", "guest"])
@verdict_states
def test_each_verdict_has_a_sentence_of_its_own(state: ReviewState, template: str) -> None:
    def sentence(decision: str) -> str:
        context = {"actor": "Rita", "decision": decision}
        return render_to_string(f"generation/notifications/{template}.txt", context).strip()

    others = [sentence(other) for other in ReviewState.verdicts() if other != state]
    assert "Rita" in sentence(state)
    assert sentence(state) not in others


@verdict_states
def test_each_verdict_alone_is_the_result(state: ReviewState) -> None:
    assert result_of([state.value], needed=1) == state
    assert result_of([], needed=1) == ReviewState.WAITING
