"""Send notifications by e-mail: immediately, once a day, or never.

One worker sends at a time. It holds a lease, which it renews before each e-mail, and marks each row after handing over
its e-mail: messages that a failing mail server did not accept are sent later, and a worker that dies loses none. The
Message-ID is derived from the rows in the e-mail, so mailboxes recognise one that is ever sent twice.
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

LEASE_NAME = "mail"
LEASE = timedelta(minutes=2)  # longer than the timeout of the mail server
GIVE_UP_AFTER = timedelta(days=1)
DAILY_HOUR = 7  # UTC
PERMANENT_FAILURE = 500  # SMTP reply codes from here on are permanent
BATCH_SIZE = 200  # users per round

log = logging.getLogger("backlot.mail")
When = MailSettings.When


class ServerDown(Exception):
    """No e-mail can be sent at present."""


class Refused(Exception):
    """The server refused this e-mail; `is_final` if a later attempt would be refused as well."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


def send_due() -> int:
    """Send all due e-mails, those added meanwhile included. Return the number of e-mails sent."""
    sent: dict[int, bool] = {}
    try:
        while users := list(_recipients().exclude(pk__in=sent)[:BATCH_SIZE]):
            if not (lease := named_lease.acquire(LEASE_NAME, LEASE)):
                break
            try:
                if not _send_batch(users, lease, sent):
                    break
            finally:
                lease.release()
    except ServerDown as failure:
        log.warning("the mail server is not available; retrying every minute: %s", failure)
        _give_up(_unsent())
    return sum(sent.values())


def unsubscribe(user: User) -> None:
    """Stop all e-mail to this user."""
    MailSettings.objects.update_or_create(user=user, defaults={"when": When.OFF})


def daily_cutoff(now: datetime) -> datetime:
    """Return the latest time for daily e-mails. Notifications from before it are due."""
    today = now.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _send_batch(users: Iterable[User], lease: NamedLease, sent: dict[int, bool]) -> bool:
    """Send one e-mail to each user. Return False if the lease was lost. Raise ServerDown."""
    connection = mail.get_connection()
    try:
        for user in users:
            if not lease.renew():
                return False
            sent[user.pk] = _send_to(user, connection)
    finally:
        connection.close()
    return True


def _send_to(user: User, connection: Any) -> bool:
    """Return whether an e-mail was sent. Raise ServerDown."""
    rows = list(_unsent().filter(to=user).values_list("pk", flat=True))
    relevant = _still_relevant(user, rows)
    try:
        if relevant:
            _send(emails.build_digest_email(user, relevant), connection)
    except Refused as refusal:
        log.warning("an e-mail to user %s was refused: %s", user.pk, refusal)
        _give_up(Notification.objects.filter(pk__in=rows), at_once=refusal.is_final)
        return False
    _mark_sent(rows)
    return bool(relevant)


def _still_relevant(user: User, rows: list[int]) -> list[Notification]:
    """Return the notifications that are unread and still visible to a user who accepts e-mail."""
    settings = MailSettings.objects.filter(user=user).first()
    if not (user.is_active and user.email) or (settings and settings.when == When.OFF):
        return []
    unread = notify.inbox(user).filter(pk__in=rows, read_at__isnull=True)
    return list(
        unread.select_related("project", "take__shot", "note__take", "verdict", "by", "guest").order_by("pk")
    )


def _send(message: mail.EmailMessage, connection: Any) -> None:
    """Raise ServerDown or Refused. Both are safe to log: server replies, which contain mail addresses, are left out."""
    try:
        connection.open()
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Refused(f"{codes}", is_final=min(codes, default=0) >= PERMANENT_FAILURE) from None
    except (SMTPDataError, SMTPSenderRefused) as error:
        raise Refused(f"{error.smtp_code}", is_final=error.smtp_code >= PERMANENT_FAILURE) from None
    except ValueError as error:  # a malformed mail address or header, which no server accepts
        raise Refused(type(error).__name__, is_final=True) from None
    except OSError as error:  # the base class of all other SMTP errors
        code = getattr(error, "smtp_code", None) or error.errno or ""
        raise ServerDown(f"{type(error).__name__} {code}".strip()) from None


def _unsent() -> QuerySet[Notification]:
    """Return the due notifications, without those kept for the next daily e-mail."""
    cutoff = daily_cutoff(timezone.now())
    kept = Q(to__mail_settings__when=When.DAILY, created_at__gte=cutoff)
    return Notification.objects.filter(mailed_at__isnull=True).exclude(kept)


def _recipients() -> QuerySet[User]:
    users = User.objects.filter(pk__in=_unsent().order_by().values("to"))
    return users.select_related("account_settings").order_by("pk")


def _mark_sent(rows: list[int]) -> None:
    Notification.objects.filter(pk__in=rows).update(mailed_at=timezone.now())


def _give_up(rows: QuerySet[Notification], *, at_once: bool = False) -> None:
    """Stop trying to mail notifications that could not be sent for a day. They remain in the inbox."""
    expired = rows.filter(mailed_at__isnull=True)
    if not at_once:
        limit = timezone.now() - GIVE_UP_AFTER
        # Daily e-mails were first tried at their cutoff, not when the notification was created.
        tried_since = Q(to__mail_settings__when=When.DAILY, created_at__gte=daily_cutoff(limit))
        expired = expired.filter(created_at__lt=limit).exclude(tried_since)
    given_up = list(expired.values_list("pk", flat=True))
    if given_up:
        _mark_sent(given_up)
        log.error("gave up mailing %s notifications; they remain in the inbox", len(given_up))
