"""Links with a watermark, as guests and their maker see them: copies alone, and never the original."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import LinkFilm, Playlist, PlaylistItem, ShareLink, Shot, Take
from generation.models.link_films import MAX_TRIES
from library.models import Project
from tests.generation.views.conftest import make_take
from tests.generation.views.guests.conftest import Share, enter, page_of, prepare, text_of

LINKS = "/projects/harbour-lights/links/"


def urls_in(text: str) -> set[str]:
    """The paths of all objects of the storage that a page names."""
    return set(re.findall(r"/((?:takes|shared|media|thumbs)/[\w-]+\.\w+)", text))


@pytest.fixture
def originals(alice: User, project: Project, take: Take) -> set[str]:
    """The keys of a take whose provider's file is kept beside the signed one."""
    take.original_key = take.key.replace(".mp4", "-original.mp4")
    take.save()
    return {take.key, take.original_key, take.poster_key}


def test_guests_see_the_copy_alone(take: Take, shot: Shot, share: Share, originals: set[str]) -> None:
    playlist = Playlist.objects.create(project=shot.project, name="Dailies")
    PlaylistItem.objects.create(playlist=playlist, take=take, position=1)
    for shown in (take, shot, playlist):
        link = prepare(share(shown, watermark=True, download=True))
        film = link.films.get()
        browser = enter(link)
        told = text_of(browser.get(link.get_absolute_url()))
        assert urls_in(told) == ({film.key, film.poster_key} if shown is take else {film.poster_key})
        told = text_of(browser.get(page_of(link, take)))
        assert urls_in(told) == {film.key, film.poster_key}
        assert "attachment" in told
        assert str(take.job.uuid) not in told


def test_the_page_polls_until_the_copy_is_ready(take: Take, share: Share, originals: set[str]) -> None:
    link = share(take, watermark=True, download=True)
    browser, page = enter(link), link.get_absolute_url()
    told = text_of(browser.get(page))
    assert urls_in(told) == set()
    assert ("hx-get" in told, "take-player" in told, "guest-say" in told) == (True, False, False)
    poll = re.findall(r'hx-get="([^"]+)"', told)[0].replace("&amp;", "&")
    assert browser.get(poll).status_code == 204
    prepare(link)
    answer = browser.get(poll)
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")
    assert "take-player" in text_of(browser.get(page))


def test_a_list_shows_ready_copies_and_requests_new_ones(
    alice: User, project: Project, take: Take, shot: Shot, share: Share
) -> None:
    link = prepare(share(shot, watermark=True))
    late = make_take(alice, project, shot=shot)
    browser = enter(link)
    told = text_of(browser.get(link.get_absolute_url()))
    assert urls_in(told) == {link.films.get(take=take).poster_key}
    assert (link.films.get(take=late).mark, link.films.get(take=late).made_at) == (link.mark, None)
    assert browser.get(f"{link.get_absolute_url()}?ready=1").status_code == 204
    assert browser.get(f"{link.get_absolute_url()}?ready=0").status_code == 200


def test_guests_and_members_see_that_a_copy_failed(as_alice: Client, take: Take, share: Share) -> None:
    link = share(take, watermark=True)
    link.films.update(tries=MAX_TRIES)
    told = text_of(enter(link).get(link.get_absolute_url()))
    assert ('role="alert"' in told, "hx-get" in told) == (True, False)
    assert [link.failed_videos for link in as_alice.get(LINKS).context["links"]] == [1]


def test_a_vote_is_shown_when_all_its_copies_are_ready(
    alice: User, project: Project, take: Take, shot: Shot, share: Share
) -> None:
    make_take(alice, project, shot=shot)
    link = share(shot, blind=True)
    LinkFilm.objects.filter(pk=link.films.first().pk).update(made_at=take.created_at)
    browser = enter(link)
    told = text_of(browser.get(link.get_absolute_url()))
    assert (urls_in(told), "hx-get" in told) == (set(), True)
    prepare(link)
    told = text_of(browser.get(link.get_absolute_url()))
    assert urls_in(told) == {key for film in link.films.all() for key in (film.key, film.poster_key)}


def test_a_take_that_is_approved_later_does_not_join_an_open_vote(
    alice: User, project: Project, take: Take, shot: Shot, share: Share
) -> None:
    made = [make_take(alice, project, shot=shot) for _ in range(3)]
    Take.objects.filter(pk__in=[one.pk for one in made[:2]]).update(review=Take.Review.APPROVED)
    link = prepare(share(project, blind=True))
    Take.objects.filter(pk=made[2].pk).update(review=Take.Review.APPROVED)
    told = text_of(enter(link).get(link.get_absolute_url()))
    assert ('"candidate-letter">B<' in told, '"candidate-letter">C<' in told) == (True, False)


def test_an_open_vote_of_an_earlier_version_gets_fixed_candidates_at_a_visit(
    alice: User, project: Project, take: Take, shot: Shot, share: Share
) -> None:
    make_take(alice, project, shot=shot)
    link = share(shot, blind=True)
    link.films.all().delete()
    ShareLink.objects.update(frozen_at=None)
    enter(link).get(link.get_absolute_url())
    link.refresh_from_db()
    assert (link.frozen_at is None, link.films.count()) == (False, 2)


def test_the_text_is_chosen_and_changed_by_who_may_make_links(as_alice: Client, take: Take, visit) -> None:
    asked = {"what": f"take:{take.uuid}", "days": "3", "has_watermark": "on"}
    as_alice.post(LINKS, asked)
    link = ShareLink.objects.get()
    assert link.mark == f"Harbour Lights · {str(link.uuid)[:8]}"
    before = link.films.get()
    page = f"/links/{link.uuid}/watermark/"
    assert visit("vera").post(page, {"watermark_text": "mine"}).status_code == 403
    answer = as_alice.post(page, {"watermark_text": "for 😀"})
    assert (answer.status_code, 'value="for 😀"' in text_of(answer)) == (422, True)
    assert link.films.get() == before
    assert as_alice.post(page, {"watermark_text": "for\nOtto 马拉"}).status_code == 302
    assert link.films.current().get().mark == "for Otto 马拉"
    assert link.films.get(pk=before.pk).ended_at is not None
    # The same once more makes nothing anew.
    as_alice.post(page, {"watermark_text": "for Otto 马拉"})
    assert link.films.count() == 2
    assert as_alice.get(page).status_code == 302


def test_there_is_nothing_to_change_on_a_link_without_a_watermark(
    as_alice: Client, take: Take, share: Share
) -> None:
    link = share(take)
    assert as_alice.post(f"/links/{link.uuid}/watermark/", {"watermark_text": "mine"}).status_code == 404
    assert urls_in(text_of(enter(link).get(link.get_absolute_url()))) == {take.key, take.poster_key}
    assert not LinkFilm.objects.exists()
