"""The e-mails themselves: words, headers, and the address by which one gets no more of them."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from generation.models import Notification
from generation.reviews.notifications.notification_text import Told, told

SALT = "backlot.unsubscribe"
MOST = 50  # in one e-mail; the rest is counted
LONGEST = 120  # letters of a subject


def letter(person: User, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """One e-mail of all these, the oldest first. Whose they are, may see them: that is the caller's to ask."""
    lines = [told(one) for one in notifications]
    leave = f"{settings.PUBLIC_URL}{reverse('generation:unsubscribe', args=[token_of(person)])}"
    context = {
        "person": person,
        "lines": lines[:MOST],
        "more": max(0, len(lines) - MOST),
        "home": settings.PUBLIC_URL,
        "leave": leave,
    }
    made = EmailMultiAlternatives(
        subject=_subject(lines),
        body=render_to_string("generation/account/email.txt", context),
        to=[person.email],
        headers={
            "Message-ID": _message_id(person, notifications),
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    made.attach_alternative(render_to_string("generation/account/email.html", context), "text/html")
    return made


def token_of(person: User) -> str:
    """What stands in the address by which this person gets no more e-mail; it opens nothing else."""
    return signing.Signer(salt=SALT).sign_object(person.pk)


def person_behind(token: str) -> User | None:
    """Whose token it is; None when it is nobody's. It does not run out: old e-mails keep their address."""
    try:
        return User.objects.filter(pk=signing.Signer(salt=SALT).unsign_object(token)).first()
    except signing.BadSignature:
        return None


def _subject(lines: list[Told]) -> str:
    """One line of it: names may hold anything."""
    first = lines[0]
    if len(lines) == 1:
        said = f"{first.sentence}: {first.place}"
    else:
        projects = {line.notification.project_id for line in lines}
        said = f"{len(lines)} things in {first.notification.project if len(projects) == 1 else 'Backlot'}"
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _message_id(person: User, notifications: Sequence[Notification]) -> str:
    rows = f"{person.pk}:{[one.pk for one in notifications]}"
    host = urlsplit(settings.PUBLIC_URL).hostname
    return f"<{hashlib.blake2s(rows.encode(), digest_size=16).hexdigest()}@{host}>"
