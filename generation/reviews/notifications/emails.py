"""Build notification e-mails: subject, body, headers and the unsubscribe URL. Their texts are templates."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from generation.models import Notification
from generation.reviews.notifications.notification_text import (
    NotificationText,
    render_notification,
    render_plain,
)
from library.languages import language_of

TEMPLATES = "generation/notifications"
SALT = "backlot.unsubscribe"
MAX_ITEMS = 50  # per e-mail; the rest is only counted
MAX_SUBJECT = 120  # characters


def build_digest_email(user: User, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """Build one e-mail of all the notifications, oldest first, in the user's language.

    The caller must have checked that the user may see them.
    """
    with translation.override(language_of(user)):
        items = [render_notification(notification) for notification in notifications]
        context = {
            "user": user,
            "items": items[:MAX_ITEMS],
            "more": max(0, len(items) - MAX_ITEMS),
            "base_url": settings.PUBLIC_URL,
            "unsubscribe_url": _unsubscribe_url(user),
        }
        email = EmailMultiAlternatives(
            subject=_subject(items),
            body=render_plain(f"{TEMPLATES}/email.txt", context),
            to=[user.email],
            headers=_headers(user, notifications),
        )
        email.attach_alternative(render_to_string(f"{TEMPLATES}/email.html", context), "text/html")
    return email


def unsubscribe_token(user: User) -> str:
    """Return the token of the user's unsubscribe URL, which is valid for nothing else."""
    return signing.Signer(salt=SALT).sign_object(user.pk)


def user_of_token(token: str) -> User | None:
    """Return the user of an unsubscribe token, or None. Tokens never expire, since old e-mails keep their URL."""
    try:
        return User.objects.filter(pk=signing.Signer(salt=SALT).unsign_object(token)).first()
    except signing.BadSignature:
        return None


def _unsubscribe_url(user: User) -> str:
    return f"{settings.PUBLIC_URL}{reverse('generation:unsubscribe', args=[unsubscribe_token(user)])}"


def _headers(user: User, notifications: Sequence[Notification]) -> dict[str, str]:
    return {
        "Message-ID": _message_id(user, notifications),
        "List-Unsubscribe": f"<{_unsubscribe_url(user)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def _subject(items: Sequence[NotificationText]) -> str:
    """Return a single line; names may contain line breaks."""
    projects = {item.notification.project_id for item in items}
    context = {
        "first": items[0],
        "count": len(items),
        "project": items[0].notification.project if len(projects) == 1 else None,
    }
    subject = " ".join(render_plain(f"{TEMPLATES}/email_subject.txt", context).split())
    return subject if len(subject) <= MAX_SUBJECT else f"{subject[: MAX_SUBJECT - 1]}…"


def _message_id(user: User, notifications: Sequence[Notification]) -> str:
    rows = f"{user.pk}:{[one.pk for one in notifications]}"
    host = urlsplit(settings.PUBLIC_URL).hostname
    return f"<{hashlib.blake2s(rows.encode(), digest_size=16).hexdigest()}@{host}>"
