"""E-mails: immediately, daily, never; a mail server that is down or refuses; two workers at once."""

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import Schedule

from generation import tasks
from generation.models import Heartbeat, MailSettings, Notification, Shot, Take
from generation.reviews.notes import notes
from generation.reviews.notifications import email_delivery, emails, notify
from generation.reviews.verdicts import verdicts
from generation.supervision.processes.schedules import ensure_schedule
from library.models import Membership, Project
from tests.generation.reviews.notifications import mail_server
from tests.generation.reviews.notifications.mail_server import MailServer
from tests.generation.views.conftest import make_take

When = MailSettings.When


@pytest.fixture
def take(bob: User, rita: User, vera: User, project: Project) -> Take:
    for person in (bob, rita, vera):
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@studio.example")
    return make_take(bob, project, shot=Shot.objects.create(project=project, code="010"))


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A real mail server, which the app is set up with."""
    with mail_server.running() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


def choose(person: User, when: str) -> None:
    MailSettings.objects.update_or_create(user=person, defaults={"when": when})


def unsent() -> int:
    return Notification.objects.filter(mailed_at=None).count()


def make_older(**by: float) -> None:
    for one in Notification.objects.all():
        Notification.objects.filter(pk=one.pk).update(created_at=one.created_at - timedelta(**by))


def test_a_mention_is_mailed_with_its_time_code_and_an_unsubscribe_link(
    take: Take, rita: User, vera: User
) -> None:
    note = notes.write(take, text="@vera her <coat>", author=rita, frame=58)
    assert (email_delivery.send_due(), unsent()) == (2, 0)
    sent = next(one for one in mail.outbox if one.to == ["vera@studio.example"])
    for text in ("rita", "Harbour Lights", "010", "00:02.10"):
        assert text in sent.subject
    told = Notification.objects.get(to=vera)
    link = f"http://127.0.0.1:8000/inbox/{told.pk}/"
    page = sent.alternatives[0]
    assert (link in sent.body, link in page[0], page[1]) == (True, True, "text/html")
    assert ("@vera her <coat>" in sent.body, "@vera her &lt;coat&gt;" in page[0]) == (True, True)
    leave = f"http://127.0.0.1:8000/unsubscribe/{emails.unsubscribe_token(vera)}/"
    assert (leave in sent.body, sent.extra_headers["List-Unsubscribe"]) == (True, f"<{leave}>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    browser = Client()
    browser.force_login(vera)
    assert browser.get(f"/inbox/{told.pk}/").headers["Location"] == note.get_absolute_url()


def test_several_notifications_make_one_e_mail(take: Take, rita: User, bob: User) -> None:
    notes.write(take, text="Look", author=rita)
    verdicts.decide(take, decision="changes", by=rita, reason="The coat.")
    assert email_delivery.send_due() == 1
    assert ("2" in mail.outbox[0].subject, "Harbour Lights" in mail.outbox[0].subject) == (True, True)
    assert [text in mail.outbox[0].body for text in ("Look", "The coat.")] == [True, True]
    assert email_delivery.send_due() == 0


@pytest.mark.parametrize(
    "left_out", ["off", "no address", "read", "left the team", "closed account", "note deleted"]
)
def test_no_e_mail_is_sent(take: Take, rita: User, bob: User, left_out: str) -> None:
    note = notes.write(take, text="Look", author=rita)
    if left_out == "off":
        choose(bob, When.OFF)
    elif left_out == "no address":
        User.objects.filter(pk=bob.pk).update(email="")
    elif left_out == "read":
        Notification.objects.update(read_at=timezone.now())
    elif left_out == "left the team":
        Membership.objects.filter(user=bob).delete()
    elif left_out == "closed account":
        User.objects.filter(pk=bob.pk).update(is_active=False)
    else:
        notes.delete(note)
    assert (email_delivery.send_due(), unsent(), mail.outbox) == (0, 0, [])


def test_a_daily_e_mail_has_everything_from_before_its_cutoff(take: Take, rita: User, bob: User) -> None:
    choose(bob, When.DAILY)
    notes.write(take, text="Look", author=rita)
    notes.write(take, text="And there", author=rita)
    assert (email_delivery.send_due(), unsent()) == (0, 2)
    make_older(days=1)
    notes.write(take, text="Of today", author=rita)
    assert (email_delivery.send_due(), unsent(), len(mail.outbox)) == (1, 1, 1)
    assert [text in mail.outbox[0].body for text in ("Look", "And there", "Of today")] == [True, True, False]


@pytest.mark.parametrize(("hour", "day"), [(6, 8), (7, 9), (23, 9)])
def test_the_daily_e_mail_goes_out_at_seven(hour: int, day: int) -> None:
    now = datetime(2026, 3, 9, hour, 0, 0, tzinfo=timezone.get_default_timezone())
    assert email_delivery.daily_cutoff(now) == now.replace(day=day, hour=7)


def test_e_mail_is_sent_once_the_server_is_back(
    take: Take, rita: User, vera: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    notes.write(take, text="@vera", author=rita)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        with caplog.at_level(logging.WARNING, "backlot.mail"):
            assert (email_delivery.send_due(), unsent()) == (0, 2)
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "ConnectionRefusedError 111"
    ]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert (email_delivery.send_due(), unsent()) == (2, 0)


def test_e_mail_is_given_up_after_a_day(
    take: Take, rita: User, vera: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    notes.write(take, text="@vera", author=rita)
    make_older(hours=25)
    notes.write(take, text="Of now", author=rita)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    email_delivery.send_due()
    assert (unsent(), Notification.objects.filter(read_at=None).count()) == (1, 3)
    assert "gave up mailing 2 notifications" in caplog.text


@pytest.mark.parametrize(("code", "left", "said"), [(450, 1, False), (550, 0, True)])
def test_a_refused_recipient_does_not_hold_up_others(
    take: Take,
    rita: User,
    vera: User,
    server: MailServer,
    caplog: pytest.LogCaptureFixture,
    code: int,
    left: int,
    said: bool,
) -> None:
    server.refuses = {"bob@studio.example": code}
    notes.write(take, text="@vera", author=rita)
    assert (email_delivery.send_due(), unsent()) == (1, left)
    assert [recipient for recipient, _ in server.got] == ["vera@studio.example"]
    assert (f"refused: [{code}]" in caplog.text, "gave up" in caplog.text) == (True, said)
    assert "studio.example" not in caplog.text


def test_the_message_as_it_is_sent(take: Take, rita: User, bob: User, server: MailServer) -> None:
    Project.objects.update(name="Härbour\nLights")
    notes.write(take, text="Ja, schön – 100 %", author=rita)
    email_delivery.send_due()
    _, message = server.got[0]
    leave = f"<http://127.0.0.1:8000/unsubscribe/{emails.unsubscribe_token(bob)}/>"
    assert (message["List-Unsubscribe"].strip(), message["List-Unsubscribe-Post"]) == (
        leave,
        "List-Unsubscribe=One-Click",
    )
    assert (message["To"], message["Auto-Submitted"]) == ("bob@studio.example", "auto-generated")
    assert "rita" in message["Subject"]
    assert "Härbour Lights" in message["Subject"]
    text = message.get_body(("plain",))
    assert text is not None
    assert "Ja, schön – 100 %" in text.get_content()


def test_the_same_e_mail_has_the_same_id(take: Take, rita: User, bob: User) -> None:
    notes.write(take, text="Look", author=rita)
    email_delivery.send_due()
    Notification.objects.update(mailed_at=None)
    email_delivery.send_due()
    first, second = (one.extra_headers["Message-ID"] for one in mail.outbox)
    assert first == second


def test_the_lease_of_a_dead_worker_lapses(take: Take, rita: User) -> None:
    notes.write(take, text="Look", author=rita)
    held = Heartbeat.objects.create(
        name="mail", token="x", leased_until=timezone.now() + timedelta(minutes=1)
    )
    assert email_delivery.send_due() == 0
    held.leased_until = timezone.now() - timedelta(seconds=1)
    held.save()
    assert (email_delivery.send_due(), email_delivery.send_due()) == (1, 0)


def test_a_lease_from_before_the_clock_was_set_back_is_ignored(take: Take, rita: User) -> None:
    notes.write(take, text="Look", author=rita)
    Heartbeat.objects.create(name="mail", token="x", leased_until=timezone.now() + timedelta(hours=1))
    assert email_delivery.send_due() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_e_mail_once(
    take: Take, rita: User, vera: User, server: MailServer
) -> None:
    for number in range(8):
        notes.write(take, text=f"@vera {number}", author=rita)

    def work(_: int) -> int:
        try:
            return email_delivery.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(work, range(4)))
    assert (sent, unsent()) == (2, 0)
    assert sorted(recipient for recipient, _ in server.got) == ["bob@studio.example", "vera@studio.example"]


def test_new_takes_are_announced_and_mailed_every_minute(take: Take, rita: User) -> None:
    ensure_schedule()
    due = Schedule.objects.get(func="generation.tasks.send_notifications")
    assert (due.schedule_type, due.minutes) == (Schedule.MINUTES, 1)
    tasks.send_notifications()
    assert [one.to for one in mail.outbox] == [["rita@studio.example"]]
    assert notify.announce_takes() == 0


@pytest.mark.django_db(transaction=True)
def test_a_notification_enqueues_a_mail_task(take: Take, rita: User) -> None:
    get_broker().purge_queue()
    notes.write(take, text="Look", author=rita)
    assert get_broker().queue_size() == 1
    get_broker().purge_queue()
