"""E-mails of what people are told: at once, once a day, or never.

One worker sends at a time, under a lease that it renews before each e-mail, and a row is marked when its e-mail was
handed over: what a mail server that is down did not take is sent later, and a worker that dies loses nothing. The
e-mail's id follows from the rows in it, so that mailboxes know the same one should it ever come twice.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.contrib.auth.models import User
from django.core import mail
from django.db.models import Q, QuerySet
from django.utils import timezone

from generation import named_lease
from generation.models import MailSettings, Notification
from generation.named_lease import NamedLease
from generation.reviews.notifications import emails, notify

LEASE = timedelta(minutes=2)  # longer than a mail server is waited for
GIVE_UP = timedelta(days=1)
DAILY_AT = 7  # o'clock, UTC
FINAL = 500  # from this code on a server means what it says
NAME = "mail"
MOST = 200  # people in one round

log = logging.getLogger("backlot.mail")
When = MailSettings.When


class ServerDown(Exception):
    """No e-mail can be sent at present."""


class Refused(Exception):
    """This e-mail was not taken; `is_final`: nor will it be later."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


def send_due() -> int:
    """Send what is due; how many e-mails went out. What others wrote while this was sending is sent as well."""
    tried: dict[int, bool] = {}
    try:
        while people := list(_people().exclude(pk__in=tried)[:MOST]):
            if not (lease := named_lease.acquire(NAME, LEASE)):
                break
            try:
                if not _round(people, lease, tried):
                    break
            finally:
                lease.release()
    except ServerDown as failure:
        log.warning("the mail server takes nothing; trying again each minute: %s", failure)
        _give_up(_unsent())
    return sum(tried.values())


def stop(person: User) -> None:
    """No more e-mail for this person, from now on."""
    MailSettings.objects.update_or_create(user=person, defaults={"when": When.OFF})


def daily_until(now: datetime) -> datetime:
    """What was told before this moment belongs into a daily e-mail that is due now."""
    today = now.replace(hour=DAILY_AT, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _round(people: Iterable[User], lease: NamedLease, tried: dict[int, bool]) -> bool:
    """One e-mail for each of these people; False when the lease was lost on the way. Raises ServerDown."""
    connection = mail.get_connection()
    try:
        for person in people:
            if not lease.renew():
                return False
            tried[person.pk] = _to_one(person, connection)
    finally:
        connection.close()
    return True


def _to_one(person: User, connection: Any) -> bool:
    """Whether an e-mail went out. Raises ServerDown."""
    rows = list(_unsent().filter(to=person).values_list("pk", flat=True))
    wanted = _worth_telling(person, rows)
    try:
        if wanted:
            _hand_over(emails.letter(person, wanted), connection)
    except Refused as refusal:
        log.warning("an e-mail to user %s was refused: %s", person.pk, refusal)
        _give_up(Notification.objects.filter(pk__in=rows), at_once=refusal.is_final)
        return False
    _done(rows)
    return bool(wanted)


def _worth_telling(person: User, rows: list[int]) -> list[Notification]:
    """Not what has been read meanwhile, nor what they may not see any more; nothing for who wants or can get none."""
    settings = MailSettings.objects.filter(user=person).first()
    if not (person.is_active and person.email) or (settings and settings.when == When.OFF):
        return []
    told = notify.inbox(person).filter(pk__in=rows, read_at__isnull=True)
    return list(
        told.select_related("project", "take__shot", "note__take", "verdict", "by", "guest").order_by("pk")
    )


def _hand_over(message: mail.EmailMessage, connection: Any) -> None:
    """Raises ServerDown, Refused; neither says more than may stand in a log, and answers of servers hold addresses."""
    try:
        connection.open()
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Refused(f"{codes}", is_final=min(codes, default=0) >= FINAL) from None
    except (SMTPDataError, SMTPSenderRefused) as error:
        raise Refused(f"{error.smtp_code}", is_final=error.smtp_code >= FINAL) from None
    except ValueError as error:  # an address or a header that is none: no server will take it
        raise Refused(type(error).__name__, is_final=True) from None
    except OSError as error:  # which is what all errors of SMTP are
        told = getattr(error, "smtp_code", None) or error.errno or ""
        raise ServerDown(f"{type(error).__name__} {told}".strip()) from None


def _unsent() -> QuerySet[Notification]:
    """What is due by now: not yet what is kept for the next daily e-mail."""
    before = daily_until(timezone.now())
    kept = Q(to__mail_settings__when=When.DAILY, created_at__gte=before)
    return Notification.objects.filter(mailed_at__isnull=True).exclude(kept)


def _people() -> QuerySet[User]:
    return User.objects.filter(pk__in=_unsent().order_by().values("to")).order_by("pk")


def _done(rows: list[int]) -> None:
    Notification.objects.filter(pk__in=rows).update(mailed_at=timezone.now())


def _give_up(rows: QuerySet[Notification], *, at_once: bool = False) -> None:
    """What could not be sent for a day is not sent any more; it stands in the inbox all the same."""
    old = rows.filter(mailed_at__isnull=True)
    if not at_once:
        ends = timezone.now() - GIVE_UP
        # What waits for a daily e-mail was not tried until that was due.
        tried_since = Q(to__mail_settings__when=When.DAILY, created_at__gte=daily_until(ends))
        old = old.filter(created_at__lt=ends).exclude(tried_since)
    given_up = list(old.values_list("pk", flat=True))
    if given_up:
        _done(given_up)
        log.error("gave up mailing %s notifications; they stand in the inbox all the same", len(given_up))
