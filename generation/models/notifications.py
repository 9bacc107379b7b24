"""What people are told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from generation.models.notes import Note
from generation.models.sharing import Guest
from generation.models.takes import Take
from generation.models.verdicts import Verdict
from library.models import Project


class Notification(models.Model):
    """One thing that one person is told, in the inbox and by e-mail; the same thing is told once.

    Only `generation.reviews` writes here. `mailed_at` is written when the e-mail was handed over, or when it was
    decided that none is to go out.
    """

    class Kind(models.TextChoices):
        MENTION = "mention", "You are mentioned"
        REPLY = "reply", "A reply to your note"
        NOTE = "note", "A note on your take"
        RESOLVED = "resolved", "Your note is resolved"
        ANSWERED = "answered", "A new take answers your note"
        VERDICT = "verdict", "A verdict on your take"
        TAKE = "take", "A new take waits for your verdict"
        GUEST = "guest", "A guest spoke"
        LINKS = "links", "Share links are paused"

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    take = models.ForeignKey(
        Take, models.CASCADE, null=True, blank=True, related_name="+", help_text="empty: about the project"
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
    """When a person is sent e-mail; without a row: at once."""

    class When(models.TextChoices):
        AT_ONCE = "now", "At once"
        DAILY = "daily", "Once a day"
        OFF = "off", "Never"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_settings")
    when = models.CharField(max_length=5, choices=When, default=When.AT_ONCE)
    daily_sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_when_display()}"
