"""Notifications, and when users get them by e-mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from generation.models.notes import Note
from generation.models.sharing import Guest
from generation.models.takes import Take
from generation.models.verdicts import Verdict
from library.models import Project


class Notification(models.Model):
    """An event that one user is notified of, in the inbox and by e-mail; once per user and event.

    Only `generation.reviews` writes here. `mailed_at` is set when the e-mail was sent, or when it is certain that none
    will be.
    """

    class Kind(models.TextChoices):
        MENTION = "mention", _("You are mentioned")
        REPLY = "reply", _("A reply to your note")
        NOTE = "note", _("A note on your take")
        RESOLVED = "resolved", _("Your note is resolved")
        ANSWERED = "answered", _("A new take answers your note")
        VERDICT = "verdict", _("A verdict on your take")
        TAKE = "take", _("A new take waits for your verdict")
        GUEST = "guest", _("A guest spoke")
        LINKS = "links", _("Share links are paused")

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    take = models.ForeignKey(
        Take, models.CASCADE, null=True, blank=True, related_name="+", help_text=_("empty: about the project")
    )
    note = models.ForeignKey(Note, models.CASCADE, null=True, blank=True, related_name="notifications")
    verdict = models.ForeignKey(Verdict, models.CASCADE, null=True, blank=True, related_name="notifications")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    guest = models.ForeignKey(Guest, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["to", "-id"], condition=Q(read_at__isnull=True), name="unread_notifications"
            ),
            models.Index(fields=["id"], condition=Q(mailed_at__isnull=True), name="notifications_to_mail"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["to", "kind", "note"], condition=Q(note__isnull=False), name="told_of_a_note_once"
            ),
            models.UniqueConstraint(
                fields=["to", "kind", "verdict"],
                condition=Q(verdict__isnull=False),
                name="told_of_a_verdict_once",
            ),
            models.UniqueConstraint(
                fields=["to", "kind", "take"],
                condition=Q(note__isnull=True, verdict__isnull=True),
                name="told_of_a_take_once",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class MailSettings(models.Model):
    """A user's choice of when to get e-mail. Users without a row get it immediately."""

    class When(models.TextChoices):
        AT_ONCE = "now", _("At once")
        DAILY = "daily", _("Once a day")
        OFF = "off", _("Never")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_settings")
    when = models.CharField(max_length=5, choices=When, default=When.AT_ONCE)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_when_display()}"
