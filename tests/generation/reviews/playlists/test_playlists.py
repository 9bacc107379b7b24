"""Playlists: an order that people change, each take once, and only what one may see."""

import pytest
from django.contrib.auth.models import User

from generation.models import Note, Playlist, Take
from generation.reviews.playlists import playlists
from generation.reviews.playlists.playlists import CannotChangePlaylist
from library.models import Project
from tests import factories
from tests.generation.views.conftest import make_take


@pytest.fixture
def takes(alice: User, project: Project) -> list[Take]:
    return [make_take(alice, project) for _ in range(4)]


@pytest.fixture
def dailies(alice: User, project: Project, takes: list[Take]) -> Playlist:
    return playlists.create(by=alice, project=project, name=" Dailies  of Monday ", takes=takes)


def order(playlist: Playlist, user: User) -> list[int]:
    return [take.take_id for take in playlists.takes_for(playlist, user)]


def keys(playlist: Playlist) -> list[int]:
    return list(playlist.items.order_by("position").values_list("pk", flat=True))


def test_takes_keep_the_order_in_which_they_were_added(
    dailies: Playlist, takes: list[Take], alice: User
) -> None:
    assert dailies.name == "Dailies of Monday"
    assert order(dailies, alice) == [take.pk for take in takes]


def test_a_take_is_added_once(dailies: Playlist, takes: list[Take], alice: User, project: Project) -> None:
    new = make_take(alice, project)
    assert playlists.add(dailies, [takes[2], new, new], by=alice) == 1
    assert order(dailies, alice) == [*(take.pk for take in takes), new.pk]


@pytest.mark.parametrize(
    ("item", "before", "expected"),
    [(3, 0, [3, 0, 1, 2]), (0, 2, [1, 0, 2, 3]), (0, None, [1, 2, 3, 0]), (1, 1, [0, 1, 2, 3])],
)
def test_it_is_reordered(
    dailies: Playlist, takes: list[Take], alice: User, item: int, before: int | None, expected: list[int]
) -> None:
    known = keys(dailies)
    playlists.move(dailies, item=known[item], before=None if before is None else known[before])
    assert order(dailies, alice) == [takes[place].pk for place in expected]


def test_what_somebody_else_took_out_is_no_error(dailies: Playlist, takes: list[Take], alice: User) -> None:
    known = keys(dailies)
    for _ in range(2):
        playlists.remove(dailies, item=known[1])
    playlists.move(dailies, item=known[1], before=known[0])
    playlists.move(dailies, item=known[0], before=known[1])
    assert order(dailies, alice) == [takes[0].pk, takes[2].pk, takes[3].pk]
    playlists.add(dailies, [takes[1]], by=alice)
    assert order(dailies, alice)[-1] == takes[1].pk


def test_a_place_of_another_playlist_is_not_touched(
    dailies: Playlist, takes: list[Take], alice: User, project: Project
) -> None:
    other = playlists.create(by=alice, project=project, name="Other", takes=takes[:2])
    playlists.remove(dailies, item=keys(other)[0])
    playlists.move(dailies, item=keys(other)[0], before=None)
    assert (len(order(dailies, alice)), len(order(other, alice))) == (4, 2)


@pytest.mark.parametrize("name", ["  ", "x" * 121])
def test_it_needs_a_name_that_fits(dailies: Playlist, name: str) -> None:
    with pytest.raises(CannotChangePlaylist) as error:
        playlists.rename(dailies, name)
    assert error.value.field == "name"
    dailies.refresh_from_db()
    assert dailies.name == "Dailies of Monday"


def test_it_does_not_grow_beyond_its_limit(
    dailies: Playlist, alice: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playlists, "MAX_TAKES", 5)
    more = [make_take(alice, project) for _ in range(2)]
    with pytest.raises(CannotChangePlaylist):
        playlists.add(dailies, more, by=alice)
    assert len(order(dailies, alice)) == 4
    with pytest.raises(CannotChangePlaylist):
        playlists.create(by=alice, project=project, name="Long", takes=[*Take.objects.all()])
    assert not Playlist.objects.filter(name="Long").exists()


def test_each_person_is_shown_what_they_may_see(
    dailies: Playlist, takes: list[Take], alice: User, bob: User
) -> None:
    elsewhere = make_take(alice, factories.project(alice))
    playlists.add(dailies, [elsewhere], by=alice)
    assert order(dailies, alice)[-1] == elsewhere.pk
    assert order(dailies, bob) == [take.pk for take in takes]


def test_the_summary_counts_states_and_open_threads(
    dailies: Playlist, takes: list[Take], alice: User
) -> None:
    for take, review in zip(takes, Take.Review.values, strict=True):
        Take.objects.filter(pk=take.pk).update(review=review)
    asked = Note.objects.create(take=takes[0], author=alice, text="Slower, please.")
    Note.objects.create(take=takes[0], author=alice, text="I will.", parent=asked)
    Note.objects.create(take=takes[1], author=alice, text="Here too.")
    shown = playlists.takes_for(dailies, alice)
    assert [take.open_notes for take in shown] == [1, 1, 0, 0]
    summary = playlists.summary(shown)
    assert (summary.takes, summary.decided, summary.waiting, summary.open_notes) == (4, 3, 1, 2)
    assert {state.value: number for state, number in summary.states} == dict.fromkeys(Take.Review.values, 1)


def test_deleting_it_leaves_the_takes(dailies: Playlist) -> None:
    playlists.delete(dailies)
    assert (Playlist.objects.count(), Take.objects.count()) == (0, 4)
