"""The demo's takes are reviewed once, as they are rendered."""

import pytest
from django.contrib.auth.models import User
from django.utils.module_loading import import_string
from django_q.models import Schedule

from generation.demo import create, reviews
from generation.demo.accounts import ensure_users
from generation.demo.content import JOBS, PROJECTS, form_key
from generation.models import Note, Playlist, PlaylistItem, Take, Verdict
from library.models import Project
from tests.generation.views.conftest import make_take

MADE = (Note, Verdict, Playlist, PlaylistItem)


@pytest.fixture
def users(db: None) -> dict[str, User]:
    found = ensure_users()
    for project in PROJECTS:
        create._ensure_project(project, found)
    return found


def add_takes(users: dict[str, User], *numbers: int) -> list[Take]:
    made = []
    for number in numbers:
        job = JOBS[number]
        project = Project.objects.get(slug=job.project)
        fields = {"prompt": job.prompt, "form_key": form_key(number, job)}
        made.append(make_take(users[job.by], project, shot=project.shots.get(code=job.shot), **fields))
    return made


def counts() -> list[int]:
    return [table.objects.count() for table in MADE]


def test_nothing_is_there_before_the_takes_are(users: dict[str, User]) -> None:
    reviews.start()
    assert counts() == [0, 0, 0, 0]
    assert import_string(Schedule.objects.get(name="demo review").func) is reviews.review


def test_a_newcomer_sees_each_kind_of_review(users: dict[str, User]) -> None:
    takes = add_takes(users, *range(len(JOBS)))
    assert reviews.review() is True
    states = [Take.objects.get(pk=take.pk).review for take in takes]
    assert states == ["changes", "approved", "waiting", "waiting", "waiting", "rejected"]
    assert Note.objects.exclude(drawing=None).count() == 1
    assert Note.objects.filter(resolved_at__isnull=False).count() == 1
    assert Note.objects.filter(mentions=users["jonas"]).count() == 1
    dailies = Playlist.objects.get()
    assert (dailies.name, dailies.project.slug) == ("Dailies", "harbour-lights")
    assert list(dailies.items.values_list("take", flat=True)) == [take.pk for take in takes[:4]]


def test_takes_are_reviewed_as_they_come_and_once(users: dict[str, User]) -> None:
    reviews.start()
    add_takes(users, 0, 3)
    assert reviews.review() is False
    some = counts()
    assert (some[0], some[3]) == (3, 2)
    add_takes(users, 1, 2, 4, 5)
    assert reviews.review() is True
    assert not Schedule.objects.filter(name="demo review").exists()
    whole = counts()
    reviews.start()
    assert counts() == whole
    assert not Schedule.objects.filter(name="demo review").exists()


def test_what_somebody_has_said_is_left_alone(users: dict[str, User]) -> None:
    (take,) = add_takes(users, 1)
    own = Note.objects.create(take=take, author=users["kim"], text="Mine.")
    reviews.review()
    assert list(take.notes.all()) == [own]
    assert not take.verdicts.exists()
