"""Playlists' pages: made by search and by hand, changed, and seen by those who may."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Playlist, Shot, Take
from generation.reviews.playlists import playlists
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit, make_take


@pytest.fixture
def takes(alice: User, project: Project) -> list[Take]:
    shot = Shot.objects.create(project=project, code="020")
    return [make_take(alice, project, shot=shot, prompt=f"a ferry, {number}") for number in range(4)]


@pytest.fixture
def dailies(alice: User, project: Project, takes: list[Take]) -> Playlist:
    return playlists.create(by=alice, project=project, name="Dailies", takes=takes)


def listed(playlist: Playlist) -> list[int]:
    return list(playlist.items.order_by("position").values_list("take_id", flat=True))


def test_the_grid_finds_by_words_and_state(as_alice: Client, takes: list[Take]) -> None:
    Take.objects.filter(pk=takes[1].pk).update(review=Take.Review.APPROVED)
    assert list(as_alice.get("/takes/?q=FERRY+2").context["takes"]) == [takes[2]]
    page = as_alice.get("/takes/?review=approved")
    assert list(page.context["takes"]) == [takes[1]]
    assert 'href="/playlists/new/?review=approved"' in page.content.decode()


def test_a_playlist_of_a_search(as_alice: Client, project: Project, takes: list[Take]) -> None:
    make_take(User.objects.get(username="alice"), project, prompt="rain")
    page = as_alice.get("/playlists/new/?q=ferry")
    assert (page.context["count"], list(page.context["takes"])) == (4, takes)
    sent = {"q": "ferry", "name": "Ferries", "home": "harbour-lights"}
    answer = as_alice.post("/playlists/new/", sent)
    made = Playlist.objects.get()
    assert answer["Location"] == f"/playlists/{made.uuid}/"
    assert (str(made), made.created_by.username, listed(made)) == (
        "Ferries",
        "alice",
        [take.pk for take in takes],
    )


def test_all_that_is_new_since_yesterday(as_alice: Client, takes: list[Take]) -> None:
    Take.objects.filter(pk=takes[0].pk).update(created_at="2020-01-01T00:00:00Z")
    as_alice.post("/playlists/new/", {"since": "yesterday", "name": "New", "home": "harbour-lights"})
    assert listed(Playlist.objects.get()) == [take.pk for take in takes[1:]]


def test_ticked_takes_become_a_playlist_in_their_order(as_alice: Client, takes: list[Take]) -> None:
    ticked = [str(takes[2].uuid), str(takes[0].uuid)]
    led = as_alice.post("/playlists/add/", {"take": ticked, "playlist": ""})
    page = as_alice.get(led["Location"])
    assert list(page.context["takes"]) == [takes[2], takes[0]]
    as_alice.post("/playlists/new/", {"take": ticked, "name": "Two", "home": "harbour-lights"})
    assert listed(Playlist.objects.get()) == [takes[2].pk, takes[0].pk]


def test_more_are_put_into_one_that_is_there(
    as_alice: Client, alice: User, project: Project, dailies: Playlist, takes: list[Take]
) -> None:
    new = make_take(alice, project)
    sent = {"take": [str(takes[0].uuid), str(new.uuid)], "playlist": str(dailies.uuid)}
    page = as_alice.post("/playlists/add/", sent, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success", "info"]
    assert listed(dailies)[-1] == new.pk


def test_a_take_that_one_may_not_see_is_not_put_in(visit: Visit, alice: User, dailies: Playlist) -> None:
    secret = make_take(alice, factories.project(alice))
    page = visit("rita").post(
        "/playlists/add/", {"take": str(secret.uuid), "playlist": str(dailies.uuid)}, follow=True
    )
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    assert secret.pk not in listed(dailies)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"q": "ferry", "home": "harbour-lights"}, "name"),
        ({"q": "ferry", "name": "x", "home": "far"}, "home"),
        ({"q": "walrus", "name": "x", "home": "harbour-lights"}, "__all__"),
        ({"name": "x", "home": "harbour-lights"}, "__all__"),
        ({"take": "nonsense", "name": "x", "home": "harbour-lights"}, "__all__"),
    ],
)
def test_a_refused_playlist_has_an_error_on_its_field(
    as_alice: Client, takes: list[Take], sent: dict[str, str], field: str
) -> None:
    page = as_alice.post("/playlists/new/", sent)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not Playlist.objects.exists()


def test_the_list_tells_what_waits(as_alice: Client, dailies: Playlist, takes: list[Take]) -> None:
    Take.objects.filter(pk=takes[1].pk).update(review=Take.Review.REJECTED)
    (told,) = as_alice.get("/playlists/").context["playlists"]
    assert (told.take_count, told.waiting_count, told.poster_key) == (4, 3, takes[0].poster_key)


def test_an_empty_list_says_what_to_do(as_alice: Client) -> None:
    assert 'href="/playlists/new/?since=yesterday"' in as_alice.get("/playlists/").content.decode()


def test_the_order_is_changed_by_buttons(as_alice: Client, dailies: Playlist, takes: list[Take]) -> None:
    page = as_alice.get(f"/playlists/{dailies.uuid}/edit/")
    first, _, third, _ = [row["item"] for row in page.context["rows"]]
    (below,) = re.findall(rf'id="down-{first}"\s+name="move"\s+value="([^"]+)"', page.content.decode())
    (above,) = re.findall(rf'id="up-{third}"\s+name="move"\s+value="([^"]+)"', page.content.decode())
    address = f"/playlists/{dailies.uuid}/arrange/"
    assert as_alice.post(address, {"move": below})["Location"].endswith(f"#place-{first}")
    assert listed(dailies) == [takes[place].pk for place in (1, 0, 2, 3)]
    as_alice.post(address, {"move": above})
    assert listed(dailies) == [takes[place].pk for place in (2, 1, 0, 3)]
    fragment = as_alice.post(address, {"remove": third}, headers={"HX-Request": "true"})
    assert listed(dailies) == [takes[place].pk for place in (1, 0, 3)]
    assert b"<html" not in fragment.content


@pytest.mark.parametrize(
    "sent", [{"move": "up"}, {"move": "1:"}, {"remove": "x"}, {"move": f"{'9' * 19}:end"}]
)
def test_what_says_no_place_changes_nothing(
    as_alice: Client, dailies: Playlist, takes: list[Take], sent: dict[str, str]
) -> None:
    assert as_alice.post(f"/playlists/{dailies.uuid}/arrange/", sent).status_code == 422
    assert listed(dailies) == [take.pk for take in takes]


def test_it_is_renamed_and_deleted(as_alice: Client, dailies: Playlist) -> None:
    address = f"/playlists/{dailies.uuid}"
    assert as_alice.post(f"{address}/edit/", {"name": " "}).status_code == 422
    as_alice.post(f"{address}/edit/", {"name": "Monday"})
    assert Playlist.objects.get().name == "Monday"
    page = as_alice.post(f"{address}/delete/", follow=True)
    assert [message.level_tag for message in page.context["messages"]][-1] == "success"
    assert (Playlist.objects.count(), Take.objects.count()) == (0, 4)


@pytest.mark.parametrize(
    ("query", "number", "at"),
    [
        ("", 0, 1),
        ("?at=3", 2, 3),
        ("?at=0", 0, 1),
        ("?at=x", 0, 1),
        ("?at=5", None, "end"),
        ("?at=end", None, "end"),
    ],
)
def test_it_pages_without_scripts(
    as_alice: Client, dailies: Playlist, takes: list[Take], query: str, number: int | None, at: int | str
) -> None:
    page = as_alice.get(f"/playlists/{dailies.uuid}/{query}")
    assert page.context["position"] == at
    if number is not None:
        assert page.context["take"] == takes[number]
        following = at + 1 if isinstance(at, int) and at < 4 else "end"
        assert re.search(rf'\?at={following}"\s+rel="next"', page.content.decode())


def test_the_summary_counts(as_alice: Client, dailies: Playlist, takes: list[Take]) -> None:
    Take.objects.filter(pk=takes[0].pk).update(review=Take.Review.APPROVED)
    page = as_alice.get(f"/playlists/{dailies.uuid}/?at=end")
    summary = page.context["summary"]
    assert (summary.decided, summary.waiting, summary.takes, page.context["first_waiting"]) == (1, 3, 4, 2)


def test_takes_of_other_projects_are_left_out_and_counted(
    visit: Visit, alice: User, dailies: Playlist, takes: list[Take]
) -> None:
    playlists.add(dailies, [make_take(alice, factories.project(alice))], by=alice)
    page = visit("vera").get(f"/playlists/{dailies.uuid}/")
    assert (len(page.context["strip"]), page.context["hidden"]) == (4, 1)


def test_a_playlist_of_hidden_takes_only(visit: Visit, alice: User, project: Project) -> None:
    secret = make_take(alice, factories.project(alice))
    made = playlists.create(by=alice, project=project, name="Secret", takes=[secret])
    page = visit("bob").get(f"/playlists/{made.uuid}/")
    assert (page.context["take_count"], page.context["hidden"]) == (0, 1)


def test_the_list_of_one_project(as_alice: Client, alice: User, project: Project, dailies: Playlist) -> None:
    other = factories.project(alice)
    playlists.create(by=alice, project=other, name="Others", takes=[])
    assert list(as_alice.get("/playlists/?project=harbour-lights").context["playlists"]) == [dailies]
    assert len(as_alice.get("/playlists/").context["playlists"]) == 2


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/takes/", 'href="/playlists/"'),
        ("/takes/", 'href="/scoreboard/"'),
        ("/projects/harbour-lights/", 'href="/playlists/?project=harbour-lights"'),
        ("/projects/harbour-lights/", 'href="/scoreboard/?project=harbour-lights"'),
    ],
)
def test_ways_lead_to_playlists_and_scores(
    as_alice: Client, takes: list[Take], address: str, told: str
) -> None:
    assert told in as_alice.get(address).content.decode()


def test_a_session_costs_the_same_however_long_it_is(
    as_alice: Client, alice: User, project: Project, dailies: Playlist
) -> None:
    costs = []
    for count in (4, 200):
        more = [make_take(alice, project) for _ in range(count - dailies.items.count())]
        playlists.add(dailies, more, by=alice)
        with CaptureQueriesContext(connection) as seen:
            assert len(as_alice.get(f"/playlists/{dailies.uuid}/?at=2").context["strip"]) == count
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 15, [query["sql"][:150] for query in seen]
