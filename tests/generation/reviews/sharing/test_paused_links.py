"""Share links of people who may not share any more: paused at once, the owners notified once, and theirs to decide.

alice owns harbour-lights; bob, an editor, made the link.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from generation import tasks
from generation.models import Guest, Notification, Playlist, ShareLink, Shot, Take
from generation.reviews.playlists import playlists
from generation.reviews.sharing import paused_links, share_links, shared_takes, voting
from generation.reviews.sharing.share_links import Target, Terms
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db


def link_to(target: Target, by: User, **terms: bool) -> ShareLink:
    ends = timezone.now() + timedelta(days=3)
    return share_links.share(target, by=by, terms=Terms(**terms), expires_at=ends)


@pytest.fixture
def take(alice: User, project: Project) -> Take:
    return make_take(alice, project)


@pytest.fixture
def link(bob: User, take: Take) -> ShareLink:
    return link_to(take, bob)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def removed(user: User, project: Project) -> None:
    Membership.objects.filter(user=user, project=project).delete()


def demoted(user: User, project: Project) -> None:
    Membership.objects.filter(user=user, project=project).update(role=Role.REVIEWER)


def deactivated(user: User, project: Project) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def deleted(user: User, project: Project) -> None:
    user.delete()


WAYS = [removed, demoted, deactivated, deleted]


@pytest.mark.parametrize("leave", WAYS)
def test_the_link_is_paused_at_the_next_request(
    leave: Callable[[User, Project], None], bob: User, project: Project, link: ShareLink, take: Take
) -> None:
    guest = Client()
    page = f"{link.get_absolute_url()}takes/{take.uuid}/"
    guest.post(f"{link.get_absolute_url()}enter/", {"name": "Greta"})
    assert guest.get(page).status_code == 200
    leave(bob, project)
    for browser in (guest, Client()):
        for address in (link.get_absolute_url(), page):
            answer = browser.get(address)
            assert answer.status_code == 403
    written = guest.post(f"{page}notes/", {"text": "Warmer, please"})
    assert (written.status_code, "Warmer, please" in written.content.decode()) == (403, True)
    assert not take.notes.exists()


@pytest.mark.parametrize("leave", WAYS)
def test_the_owners_are_notified_once_whatever_the_way(
    leave: Callable[[User, Project], None],
    alice: User,
    bob: User,
    project: Project,
    link: ShareLink,
    take: Take,
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    link_to(project, bob)
    tasks.send_notifications()
    Notification.objects.all().delete()
    mail.outbox.clear()
    leave(bob, project)
    tasks.send_notifications()
    tasks.send_notifications()
    told = Notification.objects.get()
    assert (told.to, told.kind, told.project, told.take) == (alice, "links", project, None)
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    led = browser_of(alice).get(f"/inbox/{told.pk}/", follow=True)
    assert led.redirect_chain[-1][0] == f"/projects/{project.slug}/links/"
    assert len(led.context["paused"]) == 2


def test_removing_a_member_on_the_page_notifies_at_once(
    alice: User, bob: User, project: Project, link: ShareLink
) -> None:
    member = Membership.objects.get(user=bob, project=project)
    browser_of(alice).post(f"/projects/{project.slug}/members/{member.pk}/remove/")
    assert Notification.objects.filter(to=alice, kind="links").count() == 1


def test_an_owner_takes_it_over(
    alice: User, bob: User, project: Project, link: ShareLink, take: Take
) -> None:
    removed(bob, project)
    page = browser_of(alice).post(f"/links/{link.uuid}/take-over/", follow=True)
    assert page.context["paused"] == []
    link.refresh_from_db()
    assert link.created_by == alice
    assert Client().get(link.get_absolute_url()).status_code == 200
    again = browser_of(alice).post(f"/links/{link.uuid}/take-over/", follow=True)
    assert again.status_code == 200


def test_or_revokes_it(alice: User, bob: User, project: Project, link: ShareLink) -> None:
    removed(bob, project)
    page = browser_of(alice).post(f"/links/{link.uuid}/revoke/", follow=True)
    assert page.context["paused"] == []
    assert Client().get(link.get_absolute_url()).status_code == 410
    assert paused_links.notify_owners() == 0


def test_nobody_but_an_owner_takes_it_over(bob: User, rita: User, project: Project, link: ShareLink) -> None:
    other = factories.person("other")
    factories.join(project, other, Role.EDITOR)
    removed(bob, project)
    statuses = [
        browser_of(user).post(f"/links/{link.uuid}/take-over/").status_code for user in (other, rita, bob)
    ]
    assert statuses == [403, 403, 404]
    assert share_links.is_paused(link)
    page = browser_of(other).get(f"/projects/{project.slug}/links/")
    assert (page.context["paused"], page.context["may_take_over"]) == ([link], False)


def test_nobody_takes_over_a_link_that_is_open(alice: User, bob: User, link: ShareLink) -> None:
    browser_of(alice).post(f"/links/{link.uuid}/take-over/")
    link.refresh_from_db()
    assert link.created_by == bob


def test_who_comes_back_opens_it_again_and_leaving_again_is_news_again(
    alice: User, bob: User, project: Project, link: ShareLink
) -> None:
    removed(bob, project)
    assert paused_links.notify_owners() == 1
    Notification.objects.update(read_at=timezone.now())
    factories.join(project, bob, Role.EDITOR)
    assert not share_links.is_paused(link)
    assert paused_links.notify_owners() == 0
    removed(bob, project)
    assert paused_links.notify_owners() == 1
    assert Notification.objects.filter(to=alice).count() == 2


def test_what_has_ended_is_nobodys_to_decide(
    bob: User, alice: User, project: Project, link: ShareLink, take: Take
) -> None:
    shot = Shot.objects.create(project=project, code="020")
    ShareLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    share_links.revoke(link_to(project, bob))
    link_to(shot, bob)
    shot.delete()
    removed(bob, project)
    assert paused_links.notify_owners() == 0
    assert browser_of(alice).get(f"/projects/{project.slug}/links/").context["paused"] == []
    assert Client().get(link.get_absolute_url()).status_code == 410


def test_where_no_owner_is_left_administrators_are_notified(
    alice: User, bob: User, admin_user: User, project: Project, link: ShareLink
) -> None:
    User.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)
    assert paused_links.notify_owners() == 1
    assert Notification.objects.get().to == admin_user
    browser_of(admin_user).post(f"/links/{link.uuid}/take-over/")
    assert not share_links.is_paused(link)


def test_an_owner_who_leaves_leaves_it_to_the_other(alice: User, bob: User, project: Project) -> None:
    Membership.objects.filter(user=bob, project=project).update(role=Role.OWNER)
    link = link_to(project, alice)
    browser = browser_of(alice)
    member = Membership.objects.get(user=alice, project=project)
    browser.post(f"/projects/{project.slug}/members/{member.pk}/remove/")
    assert share_links.is_paused(link)
    assert Notification.objects.get().to == bob


def test_no_vote_is_cast_by_a_paused_link(alice: User, bob: User, project: Project, take: Take) -> None:
    shot = Shot.objects.create(project=project, code="010")
    one, _ = (make_take(alice, project, shot=shot) for _ in range(2))
    ballot = link_to(shot, bob, blind=True)
    guest = Guest.objects.create(link=ballot, name="Greta")
    removed(bob, project)
    with pytest.raises(voting.CannotVote):
        voting.vote(ballot, guest=guest, take=one)


def test_a_playlist_that_is_taken_over_shows_what_its_maker_had_put_in(
    alice: User, bob: User, rita: User, project: Project, take: Take
) -> None:
    """Not what somebody else had, who might never share it."""
    far = factories.project(alice)
    factories.join(far, rita, Role.VIEWER)
    secret = make_take(alice, far)
    dailies: Playlist = playlists.create(by=bob, project=project, name="Dailies", takes=[take])
    playlists.add(dailies, [secret], by=rita)
    link = link_to(dailies, bob)
    removed(bob, project)
    assert share_links.take_over(link, by=alice)
    link.refresh_from_db()
    assert list(shared_takes.takes_of(link)) == [take]
