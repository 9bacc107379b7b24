"""Review under those who mean harm, who are quick, or who have left: nothing leaks, floods, sticks or breaks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from generation.models import MailSettings, Note, Notification, Playlist, ShareLink, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import email_delivery
from generation.reviews.playlists import playlists
from generation.reviews.sharing import share_links, voting
from generation.reviews.sharing.share_links import Target, Terms
from generation.reviews.verdicts import verdicts
from library.models import Membership, Project, Role
from tests.generation.views.conftest import make_take

Share = Callable[..., ShareLink]


@pytest.fixture(autouse=True)
def _nobody_has_tried(settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


@pytest.fixture
def share(bob: User) -> Share:
    def make(target: Target, **terms: bool) -> ShareLink:
        ends = timezone.now() + timedelta(days=1)
        return share_links.share(target, by=bob, terms=Terms(**terms), expires_at=ends)

    return make


def enter(link: ShareLink) -> Client:
    browser = Client()
    browser.post(f"{link.get_absolute_url()}enter/", {"name": "Greta"})
    return browser


def state(take: Take) -> str:
    return Take.objects.get(pk=take.pk).review


def test_a_guest_who_decides_without_end_is_told_to_wait_and_floods_nobody(take: Take, share: Share) -> None:
    link = share(take, verdicts=True)
    guest, address = enter(link), f"{link.get_absolute_url()}takes/{take.uuid}/verdict/"
    codes = [
        guest.post(address, {"decision": "changes", "reason": f"No {turn}"}).status_code for turn in range(40)
    ]
    assert (codes[0], codes[-1]) == (302, 429)
    assert Notification.objects.filter(take=take).count() <= 20
    refused = guest.post(address, {"decision": "changes", "reason": "Kept & shown"})
    assert int(refused["Retry-After"]) > 0
    assert "Kept &amp; shown" in refused.content.decode()


@pytest.mark.parametrize("how", ["removed", "viewer", "closed account"])
def test_who_cannot_decide_any_more_blocks_no_take(take: Take, alice: User, rita: User, how: str) -> None:
    verdicts.decide(take, decision="rejected", by=rita, reason="Never.")
    member = Membership.objects.filter(user=rita)
    if how == "removed":
        member.delete()
    elif how == "viewer":
        member.update(role=Role.VIEWER)
    else:
        User.objects.filter(pk=rita.pk).update(is_active=False)
    assert state(take) == "rejected"
    verdicts.decide(take, decision="approved", by=alice)
    assert state(take) == "approved"
    assert [one.by for one in verdicts.counting_verdicts(take.verdicts.all())] == [alice]


def test_an_approval_outlasts_the_membership_and_a_present_objection_stays(
    take: Take, alice: User, rita: User, project: Project
) -> None:
    verdicts.set_approvals_needed(project, approvals=2, by=alice)
    verdicts.decide(take, decision="approved", by=rita)
    Membership.objects.filter(user=rita).delete()
    verdicts.decide(take, decision="approved", by=alice)
    assert state(take) == "approved"
    other = make_take(alice, project)
    Membership.objects.create(project=project, user=rita, role=Role.REVIEWER)
    verdicts.decide(other, decision="changes", by=rita, reason="The coat.")
    verdicts.decide(other, decision="approved", by=alice)
    assert state(other) == "changes"


@pytest.mark.parametrize("turn", [notes.reopen, lambda note: notes.resolve(note, by=None)])
def test_a_deleted_note_cannot_be_resolved_or_reopened(
    take: Take, bob: User, turn: Callable[[Note], Note]
) -> None:
    note = notes.write(take, text="Softer", author=bob)
    notes.delete(Note.objects.get(pk=note.pk))
    with pytest.raises(notes.CannotSaveNote):
        turn(note)


@pytest.mark.parametrize("seen", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_beyond_the_calendar_is_no_moment(
    as_alice: Client, take: Take, alice: User, seen: str
) -> None:
    note = notes.write(take, text="Softer", author=alice)
    answer = as_alice.post(f"/notes/{note.uuid}/edit/", {"text": "Warmer", "seen": seen})
    assert answer.status_code == 302
    assert Note.objects.get(pk=note.pk).text == "Warmer"


@pytest.mark.usefixtures("take")
def test_a_word_without_end_finds_nothing_and_breaks_nothing(as_alice: Client) -> None:
    for typed in ("x" * 60_000, "%" * 60_000, "ж" * 60_000, "zq " * 20_000):
        answer = as_alice.post("/playlists/new/", {"q": typed, "home": "harbour-lights", "name": "All"})
        assert answer.status_code == 422
    assert not Playlist.objects.exists()


def test_a_blind_voter_is_given_neither_the_original_nor_the_signed_film(
    take: Take, bob: User, share: Share
) -> None:
    """Only copies under random keys, which a worker makes first (`guests/test_blind_votes.py` has them)."""
    assert take.shot is not None
    other = make_take(bob, take.project, shot=take.shot)
    Take.objects.filter(pk=take.pk).update(original_key="takes/as-it-came.mp4", key="takes/signed-ab.mp4")
    link = share(take.shot, blind=True)
    guest = enter(link)
    page = guest.get(link.get_absolute_url()).content.decode()
    voting.close(link)
    result = guest.get(link.get_absolute_url()).content.decode()
    for key in ("takes/as-it-came.mp4", "takes/signed-ab.mp4", other.key):
        assert key not in page
        assert key not in result


@pytest.mark.usefixtures("s3")
def test_a_shot_called_strangely_breaks_no_name_of_a_file(as_alice: Client, take: Take, share: Share) -> None:
    Shot.objects.filter(takes=take).update(code='0\r\n/..\\"1')
    film = "/".join(["/takes", str(take.uuid), "frames", "0.png"])
    assert as_alice.get(film).status_code == 503  # there is no film in this test, and it is said
    link = share(take, download=True)
    page = enter(link).get(link.get_absolute_url()).content.decode()
    assert "response-content-disposition" in page
    assert "harbour-lights-0-1-take-1.mp4" in page


def test_an_address_that_forges_headers_gets_nothing_and_keeps_nobody_waiting(
    take: Take, alice: User, rita: User, bob: User
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@studio.example\r\nBcc: all@elsewhere.example")
    User.objects.filter(pk=rita.pk).update(email="rita@studio.example")
    notes.write(take, text="@alice @rita look", author=bob)
    assert email_delivery.send_due() == 1
    assert [one.to for one in mail.outbox] == [["rita@studio.example"]]
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_a_daily_e_mail_outlasts_an_outage_that_began_when_it_was_due(
    take: Take, rita: User, bob: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it tells of may be a day old by then, without having been tried for more than a minute."""
    User.objects.filter(pk=rita.pk).update(email="rita@studio.example")
    MailSettings.objects.create(user=rita, when=MailSettings.When.DAILY)
    notes.write(take, text="@rita look", author=bob)
    due = email_delivery.daily_cutoff(timezone.now())
    Notification.objects.filter(to=rita).update(created_at=due - timedelta(hours=23, minutes=59))
    monkeypatch.setattr(timezone, "now", lambda: due + timedelta(minutes=5))
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # where nobody listens
    assert email_delivery.send_due() == 0
    settings.EMAIL_BACKEND = works
    assert email_delivery.send_due() == 1


def test_a_deleted_playlist_cannot_be_changed(take: Take, bob: User, project: Project) -> None:
    found = playlists.create(by=bob, project=project, name="Dailies", takes=[take])
    stale = Playlist.objects.get(pk=found.pk)
    playlists.delete(found)
    for change in (
        lambda: playlists.add(stale, [take], by=bob),
        lambda: playlists.rename(stale, "Other"),
        lambda: playlists.move(stale, item=1, before=None),
        lambda: playlists.remove(stale, item=1),
    ):
        with pytest.raises(playlists.CannotChangePlaylist):
            change()


@pytest.mark.django_db(transaction=True)
def test_all_that_is_done_to_a_note_at_once_waits_for_its_turn(
    project: Project, alice: User, bob: User
) -> None:
    """None waits for another that waits for it: PostgreSQL would end one of them."""
    take = make_take(bob, project)

    def done(act: Callable[[Note], object], note: Note) -> str:
        try:
            act(Note.objects.select_related("take__project").get(pk=note.pk))
        except (Note.DoesNotExist, notes.CannotSaveNote):
            return "gone"
        finally:
            connection.close()
        return "done"

    acts: list[Callable[[Note], object]] = [
        lambda note: notes.resolve(note, by=alice),
        notes.reopen,
        notes.delete,
        lambda note: notes.edit(note, text="Warmer, @alice"),
        notes.reopen,
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        for _ in range(15):
            note = notes.resolve(notes.write(take, text="Softer", author=bob), by=alice)
            assert set(pool.map(done, acts, [note] * len(acts))) <= {"done", "gone"}
