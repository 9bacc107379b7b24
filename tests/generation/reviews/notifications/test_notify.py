"""Which users are notified of which events."""

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


def created() -> list[tuple[str, str, str]]:
    """Return recipient, kind and actor of every notification, and delete them."""
    rows = Notification.objects.select_related("to", "by", "guest").order_by("to__username", "pk")
    seen = [(one.to.username, one.kind, str(one.guest or one.by)) for one in rows]
    Notification.objects.all().delete()
    return seen


def test_a_note_notifies_mentioned_users_and_the_takes_creator(take: Take, rita: User, vera: User) -> None:
    notes.write(take, text="@vera @rita look", author=rita, frame=58)
    assert created() == [("bob", "note", "rita"), ("vera", "mention", "rita")]


def test_a_reply_notifies_the_thread_with_the_most_specific_kind(
    take: Take, alice: User, bob: User, rita: User
) -> None:
    root = notes.write(take, text="Look", author=alice)
    notes.write(take, text="Where?", author=rita, parent=root)
    created()
    notes.write(take, text="There, @alice", author=bob, parent=root)
    assert created() == [("alice", "mention", "bob"), ("rita", "reply", "bob")]


def test_an_edit_notifies_only_newly_mentioned_users(take: Take, rita: User, vera: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    assert created() == [("bob", "note", "rita")]
    notify.note_written(note)
    notify.note_written(note)
    notes.edit(note, text="Look, @vera")
    assert created() == [("bob", "note", "rita"), ("vera", "mention", "rita")]


def test_resolving_notifies_only_the_author(take: Take, alice: User, rita: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    own = notes.write(take, text="Mine", author=alice)
    created()
    notes.resolve(note, by=alice)
    notes.resolve(own, by=alice)
    assert created() == [("rita", "resolved", "alice")]


def test_a_verdict_notifies_the_creator_but_not_its_own_author(take: Take, alice: User, rita: User) -> None:
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    verdicts.decide(make_take(alice, take.project), decision="approved", by=alice)
    assert created() == [("bob", "verdict", "rita")]


def test_a_guest_notifies_the_creators_of_take_and_link(take: Take, guest: Guest) -> None:
    notes.write(take, text="Longer?", guest=guest)
    verdicts.decide(take, decision="approved", guest=guest)
    assert created() == [("alice", "guest", "Client")] * 2 + [("bob", "guest", "Client")] * 2


def test_a_new_take_notifies_reviewers_once(take: Take, bob: User, rita: User) -> None:
    make_take(bob, take.project, abandoned_at="2026-01-01T00:00:00Z")
    verdicts.decide(make_take(rita, take.project), decision="approved", by=rita)
    created()
    assert (notify.announce_takes(), notify.announce_takes()) == (3, 0)
    assert created() == [("alice", "take", "bob"), ("rita", "take", "bob")]


def test_a_take_that_addresses_a_note_notifies_its_author(take: Take, bob: User, vera: User) -> None:
    note = Note.objects.create(take=take, author=vera, text="Her coat")
    make_take(bob, take.project, for_note=note)
    notify.announce_takes()
    assert [one for one in created() if one[0] == "vera"] == [("vera", "answered", "bob")]


def test_users_who_already_decided_are_not_notified_of_the_take(
    take: Take, alice: User, bob: User, rita: User, vera: User
) -> None:
    """The other reviewers and the author of the note are notified."""
    verdicts.set_approvals_needed(take.project, approvals=2, by=alice)
    note = Note.objects.create(take=take, author=vera, text="Her coat")
    half, refused = (make_take(bob, take.project, for_note=note) for _ in range(2))
    verdicts.decide(half, decision="approved", by=rita)
    verdicts.decide(refused, decision="rejected", by=rita, reason="No.")
    notify.announce_takes()
    for answer, heard in (
        (half, {("alice", "take"), ("vera", "answered")}),
        (refused, {("vera", "answered")}),
    ):
        news = Notification.objects.filter(take=answer, kind__in=["take", "answered"])
        assert set(news.values_list("to__username", "kind")) == heard


def test_former_members_and_closed_accounts_are_not_notified(take: Take, rita: User, bob: User) -> None:
    note = notes.write(take, text="Look", author=rita)
    created()
    Membership.objects.filter(user=rita).delete()
    User.objects.filter(pk=bob.pk).update(is_active=False)
    notes.write(take, text="There", author=factories.person("eve"), parent=note)
    assert created() == []


def test_former_members_no_longer_see_old_notifications(take: Take, rita: User, vera: User) -> None:
    notes.write(take, text="@vera", author=rita)
    assert notify.inbox(vera).count() == 1
    Membership.objects.filter(user=vera).delete()
    assert notify.inbox(vera).count() == 0


def test_deciding_marks_the_notification_of_the_take_as_read(take: Take, alice: User, rita: User) -> None:
    notify.announce_takes()
    verdicts.decide(take, decision="approved", by=rita)
    unread = Notification.objects.filter(kind="take", read_at=None).values_list("to__username", flat=True)
    assert list(unread) == ["alice"]


def test_each_kind_has_a_sentence_with_its_actor(
    take: Take, bob: User, rita: User, vera: User, guest: Guest
) -> None:
    note = notes.write(take, text="Her coat, @vera", author=rita, frame=58)
    notes.write(take, text="Blue", author=bob, parent=note)
    notes.resolve(note, by=bob)
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    verdicts.decide(take, decision="rejected", guest=guest)
    notify.announce_takes()
    make_take(bob, take.project, for_note=note)
    notify.announce_takes()
    notify.links_paused(take.project_id, creator=bob.pk)
    rows = Notification.objects.select_related(
        "take__shot", "project", "note__take", "verdict", "by", "guest"
    )
    texts = {row.kind: notification_text.render_notification(row) for row in rows}
    assert set(texts) == set(Notification.Kind.values)
    for kind, text in texts.items():
        actor = str(text.notification.guest or text.notification.by)
        assert actor in text.sentence, kind
        assert f"<bdi>{actor}</bdi>" in text.sentence_html, kind
    assert (texts["mention"].quote, texts["verdict"].quote) == ("Her coat, @vera", "The coat.")


@pytest.mark.parametrize(("frame", "shot"), [(58, True), (58, False), (None, True), (None, False)])
def test_the_location_names_project_take_shot_and_time_code(
    take: Take, rita: User, vera: User, frame: int | None, shot: bool
) -> None:
    subject = take if shot else make_take(rita, take.project)
    notes.write(subject, text="@vera", author=rita, frame=frame)
    text = notification_text.render_notification(Notification.objects.get(to=vera))
    assert ("Harbour Lights" in text.location, "1" in text.location) == (True, True)
    assert ("010" in text.location, "00:02.10" in text.location) == (shot, frame is not None)


@pytest.mark.parametrize("decision", Take.Review.verdicts())
@pytest.mark.parametrize("is_guest", [False, True])
def test_each_decision_has_a_sentence(
    take: Take, bob: User, rita: User, guest: Guest, decision: str, is_guest: bool
) -> None:
    who = {"guest": guest} if is_guest else {"by": rita}
    verdicts.decide(take, decision=decision, reason="The coat.", **who)
    text = notification_text.render_notification(Notification.objects.get(to=bob))
    assert str(guest if is_guest else rita) in text.sentence


def test_names_are_escaped_in_html_only(take: Take, rita: User, vera: User) -> None:
    User.objects.filter(pk=rita.pk).update(username="<rita>")
    notes.write(take, text="@vera", author=User.objects.get(pk=rita.pk))
    text = notification_text.render_notification(Notification.objects.get(to=vera))
    assert ("<rita>" in text.sentence, "<bdi>&lt;rita&gt;</bdi>" in text.sentence_html) == (True, True)
