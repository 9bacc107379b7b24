"""Guests see of a playlist what both the link's maker and whoever added the take may share, at each request.

bob, an editor of harbour-lights, makes the links; rita reviews there. `far` is another project, of alice's.
"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import Playlist, PlaylistItem, ShareLink, Take
from generation.reviews.playlists import playlists
from generation.reviews.playlists.playlists import CannotChangePlaylist
from generation.reviews.sharing import share_links, shared_takes
from generation.reviews.sharing.share_links import Terms
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(alice: User, bob: User, rita: User) -> Project:
    """bob edits there as well, rita only views."""
    made = factories.project(alice, name="Far Shore", slug="far-shore")
    factories.join(made, bob, Role.EDITOR)
    factories.join(made, rita, Role.VIEWER)
    return made


@pytest.fixture
def secret(alice: User, far: Project) -> Take:
    return make_take(alice, far)


@pytest.fixture
def dailies(bob: User, alice: User, project: Project) -> Playlist:
    return playlists.create(by=bob, project=project, name="Dailies", takes=[make_take(alice, project)])


def link_to(playlist: Playlist, by: User) -> ShareLink:
    ends = timezone.now() + timedelta(days=3)
    return share_links.share(playlist, by=by, terms=Terms(), expires_at=ends)


def shown(link: ShareLink) -> set[Take]:
    return set(shared_takes.takes_of(link))


def set_role(user: User, project: Project, role: Role) -> None:
    Membership.objects.filter(user=user, project=project).update(role=role)


@pytest.mark.parametrize("maker", ["bob", "admin_user"])
def test_a_reviewer_adds_nothing_that_they_may_not_share(
    maker: str, request: pytest.FixtureRequest, rita: User, dailies: Playlist, secret: Take
) -> None:
    link = link_to(dailies, request.getfixturevalue(maker))
    before = shown(link)
    browser = Client()
    browser.force_login(rita)
    sent = {"take": str(secret.uuid), "playlist": str(dailies.uuid)}
    page = browser.post("/playlists/add/", sent, follow=True)
    assert "you may not share takes of Far Shore" in page.content.decode()
    assert shown(link) == before
    assert not dailies.items.filter(take=secret).exists()


def test_what_a_reviewer_added_before_the_link_was_made_is_not_shown(
    rita: User, bob: User, dailies: Playlist, secret: Take, project: Project
) -> None:
    playlists.add(dailies, [secret], by=rita)
    browser = Client()
    browser.force_login(bob)
    sent = {"what": f"playlist:{dailies.uuid}", "days": "3"}
    page = browser.post(f"/projects/{project.slug}/links/", sent, follow=True)
    assert "1 take of the playlist is not shown to guests" in page.content.decode()
    assert secret not in shown(ShareLink.objects.get())


def test_a_search_put_into_a_playlist_is_held_to_the_same(
    rita: User, bob: User, dailies: Playlist, secret: Take
) -> None:
    link_to(dailies, bob)
    browser = Client()
    browser.force_login(rita)
    browser.post("/playlists/add/", {"project": "far-shore", "playlist": str(dailies.uuid)})
    assert not dailies.items.filter(take=secret).exists()
    made = browser.post(
        "/playlists/new/", {"project": "far-shore", "home": "harbour-lights", "name": "All new"}, follow=True
    )
    assert made.status_code == 200
    everything = Playlist.objects.get(name="All new")
    assert everything.items.get().take == secret
    assert shown(link_to(everything, bob)) == set()


def test_rights_lost_later_close_it_and_regained_open_it(
    alice: User, bob: User, dailies: Playlist, secret: Take, far: Project
) -> None:
    playlists.add(dailies, [secret], by=bob)
    link = link_to(dailies, alice)
    assert secret in shown(link)
    set_role(bob, far, Role.REVIEWER)
    assert secret not in shown(link)
    set_role(bob, far, Role.OWNER)
    assert secret in shown(link)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert shown(link) == set()


def test_of_a_deleted_user_nobody_vouches(alice: User, dailies: Playlist, secret: Take, far: Project) -> None:
    gone = factories.person("gone")
    factories.join(far, gone, Role.EDITOR)
    playlists.add(dailies, [secret], by=gone)
    link = link_to(dailies, alice)
    assert secret in shown(link)
    gone.delete()
    assert PlaylistItem.objects.get(take=secret).added_by is None
    assert secret not in shown(link)


def test_the_maker_needs_the_right_as_well(
    alice: User, bob: User, dailies: Playlist, secret: Take, far: Project
) -> None:
    playlists.add(dailies, [secret], by=alice)
    set_role(bob, far, Role.VIEWER)
    assert secret not in shown(link_to(dailies, bob))
    assert secret in shown(link_to(dailies, alice))


def test_what_was_added_before_it_was_recorded_goes_by_the_maker_alone(
    alice: User, dailies: Playlist, secret: Take
) -> None:
    PlaylistItem.objects.create(playlist=dailies, take=secret, position=9)
    assert secret in shown(link_to(dailies, alice))


def test_adding_it_again_vouches_for_it_and_keeps_its_place(
    alice: User, rita: User, bob: User, dailies: Playlist, secret: Take
) -> None:
    playlists.add(dailies, [secret], by=rita)
    link, place = link_to(dailies, bob), dailies.items.get(take=secret).position
    assert playlists.add(dailies, [secret], by=rita) == 0
    assert secret not in shown(link)
    assert playlists.add(dailies, [secret], by=alice) == 0
    assert secret in shown(link)
    assert dailies.items.get(take=secret).position == place


def test_the_playlist_s_page_says_what_guests_are_not_shown(
    alice: User, rita: User, bob: User, dailies: Playlist, secret: Take
) -> None:
    playlists.add(dailies, [secret], by=rita)
    alone = Client()
    alone.force_login(bob)
    assert "not shown to guests" not in alone.get(f"/playlists/{dailies.uuid}/edit/").content.decode()
    link = link_to(dailies, bob)
    for user, expected in ((rita, False), (bob, True)):
        browser = Client()
        browser.force_login(user)
        page = browser.get(f"/playlists/{dailies.uuid}/edit/").content.decode()
        assert "1 take is not shown to guests" in page
        browser.post(f"/playlists/{dailies.uuid}/vouch/")
        assert (secret in shown(link)) is expected
    assert "not shown to guests" not in browser.get(f"/playlists/{dailies.uuid}/edit/").content.decode()


def test_the_makers_own_takes_are_added_as_ever(bob: User, dailies: Playlist, secret: Take) -> None:
    link = link_to(dailies, bob)
    assert playlists.add(dailies, [secret], by=bob) == 1
    assert secret in shown(link)


def test_a_refusal_adds_none_of_several(rita: User, bob: User, dailies: Playlist, secret: Take) -> None:
    link_to(dailies, bob)
    with pytest.raises(CannotChangePlaylist, match="takes of Far Shore, Harbour Lights"):
        playlists.add(dailies, [make_take(bob, dailies.project), secret], by=rita)
    assert dailies.items.count() == 1


def test_once_the_link_has_ended_the_team_lists_what_it_sees(
    rita: User, bob: User, dailies: Playlist, secret: Take
) -> None:
    share_links.revoke(link_to(dailies, bob))
    assert playlists.add(dailies, [secret], by=rita) == 1
