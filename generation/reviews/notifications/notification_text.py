"""Render notifications for the inbox and for e-mails. The sentences are templates, one file per kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from generation.models import Notification, Take
from generation.reviews import timecode

TEMPLATES = "generation/notifications"
Kind = Notification.Kind
# The kinds in the "Mentions" section of the inbox; all others are in "Activity".
MENTION_KINDS = (Kind.MENTION, Kind.REPLY)
# The texts by users in the context of these templates.
ISOLATED = ("actor", "project", "shot")


@dataclass(frozen=True)
class NotificationText:
    """A notification as text. `sentence` and `location` are plain text, `…_html` isolate names with `<bdi>`.

    `quote` is the text of the note or the reason of the verdict. `path` marks the notification as read and redirects
    to its subject.
    """

    notification: Notification
    quote: str
    path: str

    @cached_property
    def sentence(self) -> str:
        """Return what happened, for example "Rita mentioned you"."""
        return render_plain(self._sentence_template, self._sentence_context)

    @cached_property
    def sentence_html(self) -> SafeString:
        """Return the sentence as HTML."""
        return _render_html(self._sentence_template, self._sentence_context)

    @cached_property
    def location(self) -> str:
        """Return the project, take, shot and time code."""
        return render_plain(f"{TEMPLATES}/location.txt", self._location_context)

    @cached_property
    def location_html(self) -> SafeString:
        """Return the location as HTML."""
        return _render_html(f"{TEMPLATES}/location.txt", self._location_context)

    @property
    def _sentence_template(self) -> str:
        return f"{TEMPLATES}/{Kind(self.notification.kind).value}.txt"

    @cached_property
    def _sentence_context(self) -> dict[str, Any]:
        notification = self.notification
        actor = notification.guest or notification.by
        verdict, take = notification.verdict, notification.take
        return {
            "actor": str(actor) if actor else _("Someone"),
            "is_guest": notification.guest is not None,
            "decision": Take.Review(verdict.decision) if verdict else None,
            "needs_review": take is not None and take.review == Take.Review.WAITING,
        }

    @cached_property
    def _location_context(self) -> dict[str, Any]:
        take, note = self.notification.take, self.notification.note
        has_frame = take is not None and note is not None and note.frame is not None
        return {
            "project": self.notification.project.name,
            "take": take,
            "shot": take.shot.code if take and take.shot else "",
            "timecode": timecode.from_frame(note.frame, take.fps) if has_frame else "",  # type: ignore[union-attr, arg-type]
        }


def render_notification(notification: Notification) -> NotificationText:
    """Return the text of a notification.

    Its take with shot, project, note, verdict, user and guest should have been fetched with it.
    """
    note, verdict = notification.note, notification.verdict
    return NotificationText(
        notification=notification,
        quote=note.text if note else verdict.reason if verdict else "",
        path=reverse("generation:inbox_open", args=[notification.pk]),
    )


def subject_url(notification: Notification) -> str:
    """Return the URL of the note at its frame, the verdict, the take, or the project's share links."""
    if notification.note:
        return notification.note.get_absolute_url()
    if notification.take is None:
        return reverse("generation:share_links", args=[notification.project.slug])
    anchor = "#verdict" if notification.verdict_id else ""
    return f"{notification.take.get_absolute_url()}{anchor}"


def render_plain(template: str, context: Mapping[str, Any]) -> str:
    """Render a template of plain text: without escaping, and without blank lines around it."""
    return _render(template, context, autoescape=False).strip()


def _render_html(template: str, context: Mapping[str, Any]) -> SafeString:
    """Render the same template as HTML, with names isolated so that they keep their own direction."""
    isolated = {
        key: format_html("<bdi>{}</bdi>", value) if value and key in ISOLATED else value
        for key, value in context.items()
    }
    return SafeString(_render(template, isolated, autoescape=True).strip())


def _render(template: str, context: Mapping[str, Any], *, autoescape: bool) -> SafeString:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101 - the only engine of the settings
    return engine.engine.get_template(template).render(Context(dict(context), autoescape=autoescape))
