"""Looking for takes: every filter alone and together, in the order of the story, and only one's own."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation.models import Shot, Take
from generation.reviews.reports.take_search import Search, in_shot_order, search, yesterday
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take


@pytest.fixture
def film(alice: User, project: Project) -> dict[str, Take]:
    """Takes of two projects by what they are."""
    other = factories.project(alice, name="Far Shore", slug="far-shore")
    shots = {code: Shot.objects.create(project=project, code=code) for code in ("020", "010")}
    made = {
        "loose": make_take(alice, project, prompt="a Ferry at dusk"),
        "second": make_take(alice, project, shot=shots["020"], prompt="the ferry turns"),
        "first": make_take(alice, project, shot=shots["010"], prompt="rain on the quay"),
        "other": make_take(alice, other, prompt="a ferry far away, at DUSK"),
    }
    Take.objects.filter(pk=made["first"].pk).update(review=Take.Review.APPROVED)
    Take.objects.filter(pk=made["second"].pk).update(created_at=timezone.now() - timedelta(days=3))
    return made


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Search(), ["other", "first", "second", "loose"]),
        (Search(project="harbour-lights"), ["first", "second", "loose"]),
        (Search(shot="020"), ["second"]),
        (Search(review="approved"), ["first"]),
        (Search(review="nonsense"), []),
        (Search(words="dusk FERRY"), ["other", "loose"]),
        (Search(words="100%"), []),
        (Search(since=yesterday()), ["other", "first", "loose"]),
        (Search(project="harbour-lights", words="ferry", since=yesterday()), ["loose"]),
    ],
)
def test_what_is_found_in_the_order_of_the_story(
    alice: User, film: dict[str, Take], wanted: Search, found: list[str]
) -> None:
    assert list(in_shot_order(search(alice, wanted))) == [film[name] for name in found]


def test_nobody_finds_what_is_not_theirs(bob: User, film: dict[str, Take]) -> None:
    assert film["other"] not in search(bob, Search(words="ferry"))
