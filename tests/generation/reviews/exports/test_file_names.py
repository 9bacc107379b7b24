"""Names of files that every system takes."""

import pytest

from generation.models import Shot
from generation.reviews.exports.file_names import name_of, names_of
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("010", "harbour-lights-010-take-1"),
        ("a/b:c?", "harbour-lights-a-b-c-take-1"),
        ("../../x", "harbour-lights-x-take-1"),
        ("Größe 2", "harbour-lights-Groe-2-take-1"),
    ],
)
def test_a_take_is_named_after_project_shot_and_number(alice, project, code, name):
    assert name_of(make_take(alice, project, shot=Shot.objects.create(project=project, code=code))) == name


def test_a_code_without_any_letter_of_ascii_still_tells_shots_apart(alice, project):
    shot = Shot.objects.create(project=project, code="港")
    assert name_of(make_take(alice, project, shot=shot)) == f"harbour-lights-shot-{shot.pk}-take-1"


def test_no_two_names_are_alike_in_any_case(alice, project):
    shots = [Shot.objects.create(project=project, code=code) for code in ("a", "A", "a/")]
    takes = [make_take(alice, project, shot=shot) for shot in shots]
    names = names_of(takes).values()
    assert len({name.casefold() for name in names}) == 3
