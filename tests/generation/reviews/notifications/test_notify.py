"""Who is told of what."""

import pytest
from django.contrib.auth.models import User

from generation.models import Guest, Note, Notification, ShareLink, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import notification_text, notify
from generation.reviews.verdicts import verdicts
from library.models import Membership, Project
from tests import factories
from tests.generation.views.conftest import make_take


@pytest.fixture
def take(bob: User, project: Project) -> Take:
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


@pytest.fixture
def guest(take: Take, alice: User) -> Guest:
    link = ShareLink.objects.create(project=take.project, kind="take", take=take, created_by=alice)
    return Guest.objects.create(link=link, name="Client")


def told() -> list[tuple[str, str, str]]:
    """To whom, what, by whom; then all is forgotten."""
    rows = Notification.objects.select_related("to", "by", "guest").order_by("to__username", "pk")
    seen = [(one.to.username, one.kind, str(one.guest or one.by)) for one in rows]
    Notification.objects.all().delete()
    return seen


def test_a_note_is_told_to_those_it_names_and_to_the_maker(take: Take, rita: User, vera: User) -> None:
    notes.write(take, text="@vera @rita look", author=rita, frame=58)
    assert told() == [("bob", "note", "rita"), ("vera", "mention", "rita")]


def test_a_reply_is_told_to_the_thread_the_nearest_reason_alone(
    take: Take, alice: User, bob: User, rita: User
) -> None:
    root = notes.write(take, text="Look", author=alice)
    notes.write(take, text="Where?", author=rita, parent=root)
    told()
    notes.write(take, text="There, @alice", author=bob, parent=root)
    assert told() == [("alice", "mention", "bob"), ("rita", "reply", "bob")]


def test_an_edit_tells_only_those_it_names_now(take: Take, rita: User, vera: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    assert told() == [("bob", "note", "rita")]
    notify.note_written(note)
    notify.note_written(note)
    notes.edit(note, text="Look, @vera")
    assert told() == [("bob", "note", "rita"), ("vera", "mention", "rita")]


def test_who_resolved_it_is_told_to_the_author_alone(take: Take, alice: User, rita: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    own = notes.write(take, text="Mine", author=alice)
    told()
    notes.resolve(note, by=alice)
    notes.resolve(own, by=alice)
    assert told() == [("rita", "resolved", "alice")]


def test_a_verdict_is_told_to_the_maker_not_to_who_gave_it(take: Take, alice: User, rita: User) -> None:
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    verdicts.decide(make_take(alice, take.project), decision="approved", by=alice)
    assert told() == [("bob", "verdict", "rita")]


def test_a_guest_is_told_of_to_the_maker_and_the_host(take: Take, guest: Guest) -> None:
    notes.write(take, text="Longer?", guest=guest)
    verdicts.decide(take, decision="approved", guest=guest)
    assert told() == [("alice", "guest", "Client")] * 2 + [("bob", "guest", "Client")] * 2


def test_a_new_take_is_told_once_to_those_who_decide(take: Take, bob: User, rita: User) -> None:
    make_take(bob, take.project, abandoned_at="2026-01-01T00:00:00Z")
    verdicts.decide(make_take(rita, take.project), decision="approved", by=rita)
    told()
    assert (notify.announce(), notify.announce()) == (3, 0)
    assert told() == [("alice", "take", "bob"), ("rita", "take", "bob")]


def test_the_author_of_a_note_hears_of_the_take_that_answers_it(take: Take, bob: User, vera: User) -> None:
    note = Note.objects.create(take=take, author=vera, text="Her coat")
    make_take(bob, take.project, answers=note)
    notify.announce()
    assert [one for one in told() if one[0] == "vera"] == [("vera", "answered", "bob")]


def test_who_decided_before_it_was_told_has_seen_it(
    take: Take, alice: User, bob: User, rita: User, vera: User
) -> None:
    """The others are told all the same: who still has to decide, and whose note it answers."""
    verdicts.ask_for(take.project, approvals=2, by=alice)
    note = Note.objects.create(take=take, author=vera, text="Her coat")
    half, refused = (make_take(bob, take.project, answers=note) for _ in range(2))
    verdicts.decide(half, decision="approved", by=rita)
    verdicts.decide(refused, decision="rejected", by=rita, reason="No.")
    notify.announce()
    for answer, heard in (
        (half, {("alice", "take"), ("vera", "answered")}),
        (refused, {("vera", "answered")}),
    ):
        news = Notification.objects.filter(take=answer, kind__in=["take", "answered"])
        assert set(news.values_list("to__username", "kind")) == heard


def test_who_has_left_or_whose_account_is_closed_is_told_nothing(take: Take, rita: User, bob: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    told()
    Membership.objects.filter(user=rita).delete()
    User.objects.filter(pk=bob.pk).update(is_active=False)
    notes.write(take, text="There", author=factories.person("eve"), parent=note)
    assert told() == []


def test_what_was_told_is_not_seen_any_more_by_who_has_left(take: Take, rita: User, vera: User) -> None:
    notes.write(take, text="@vera", author=rita)
    assert notify.inbox(vera).count() == 1
    Membership.objects.filter(user=vera).delete()
    assert notify.inbox(vera).count() == 0


def test_who_decides_has_read_of_the_take(take: Take, alice: User, rita: User) -> None:
    notify.announce()
    verdicts.decide(take, decision="approved", by=rita)
    unread = Notification.objects.filter(kind="take", read_at=None).values_list("to__username", flat=True)
    assert list(unread) == ["alice"]


def test_the_words(take: Take, bob: User, rita: User, vera: User, guest: Guest) -> None:
    note = notes.write(take, text="Her coat, @vera", author=rita, frame=58)
    notes.write(take, text="Blue", author=bob, parent=note)
    notes.resolve(note, by=bob)
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    verdicts.decide(take, decision="rejected", guest=guest)
    notify.announce()
    make_take(bob, take.project, answers=note)
    notify.announce()
    rows = Notification.objects.select_related(
        "take__shot", "project", "note__take", "verdict", "by", "guest"
    )
    said = {(line.sentence, line.place, line.text) for line in map(notification_text.told, rows)}
    place = "Harbour Lights · Take 1 of 010"
    assert said == {
        ("rita mentioned you", f"{place} at 00:02.10", "Her coat, @vera"),
        ("rita wrote a note on your take", f"{place} at 00:02.10", "Her coat, @vera"),
        ("bob replied in your thread", place, "Blue"),
        ("bob resolved your note", f"{place} at 00:02.10", "Her coat, @vera"),
        ("rita requested changes to your take", place, "The coat."),
        ("Client (guest) would reject a take", place, ""),
        ("bob made a new take that answers your note", "Harbour Lights · Take 1", ""),
        ("bob made a new take, which waits for your verdict", "Harbour Lights · Take 1", ""),
    }
