"""Takes."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.models.job_texts import unsigned_text
from generation.models.jobs import Job, JobReference
from generation.models.review_states import ReviewState
from generation.models.shots import Shot
from library.models import Project
from library.models.projects import COMMENTERS, DECIDERS, MAKERS, AnyUser, in_projects_of


class TakeQuerySet(models.QuerySet["Take"]):
    """Look-up and permission in one call."""

    def visible_to(self, user: AnyUser) -> Self:
        """Filter takes of projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Filter takes of projects in which the user may create and change takes."""
        return self.filter(in_projects_of(user, MAKERS))

    def decidable_by(self, user: AnyUser) -> Self:
        """Filter takes of projects in which the user's verdict counts."""
        return self.filter(in_projects_of(user, DECIDERS))

    def commented_by(self, user: AnyUser) -> Self:
        """Filter takes of projects in which the user may write notes."""
        return self.filter(in_projects_of(user, COMMENTERS))

    def wanted(self) -> Self:
        """Exclude takes of abandoned jobs, which are kept but hidden from lists."""
        return self.filter(job__abandoned_at__isnull=True)

    def for_cards(self) -> Self:
        """Load everything that a card shows in one query."""
        return self.select_related("job", "project", "shot").with_rights()

    def with_rights(self) -> Self:
        """Annotate with `has_ended_rights`: whether the rights of an asset that it uses have expired."""
        ended = JobReference.objects.filter(
            job=OuterRef("job"), asset__rights_end_on__lt=timezone.localdate()
        )
        return self.annotate(has_ended_rights=Exists(ended))


class Take(models.Model):
    """The stored video of a job. It is created only after the file was opened and probed.

    Bytes, pixels, seconds and frames per second are those of the file, not those requested.
    """

    Review = ReviewState

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    job = models.OneToOneField(Job, models.PROTECT, related_name="take")
    project = models.ForeignKey(Project, models.PROTECT, related_name="takes")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="takes")
    number = models.PositiveIntegerField(
        help_text="within the shot, or among the project's takes without a shot"
    )
    key = models.CharField(max_length=200, unique=True)
    original_key = models.CharField(
        max_length=200, blank=True, help_text="the provider's file, if `key` is the signed one"
    )
    original_sha256 = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="of the provider's file, if `key` is signed",
    )
    signed_by = models.TextField(
        blank=True, default="", db_default="", help_text="name of the certificate that signed the credentials"
    )
    unsigned_reason = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="why it is unsigned, an `UnsignedCode`",
    )
    unsigned_detail = models.TextField(blank=True, default="", db_default="")
    poster_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField()
    fps = models.FloatField(_("frames per second"))
    frames = models.PositiveIntegerField(default=0, help_text="as decoded by PyAV")
    times = models.JSONField(
        default=list,
        blank=True,
        help_text="start of each frame in seconds, if it does not follow from the frame rate",
    )
    codec = models.CharField(max_length=40)
    has_audio = models.BooleanField(default=False)
    review = models.CharField(
        max_length=10,
        choices=Review,
        default=Review.WAITING,
        help_text="result of the verdicts; only `generation.reviews` writes it",
    )
    announced_at = models.DateTimeField(null=True, blank=True, help_text="when the reviewers were notified")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["project", "review", "-id"], name="takes_by_review"),
            models.Index(fields=["id"], condition=Q(announced_at__isnull=True), name="takes_to_announce"),
        ]

    def __str__(self) -> str:
        return _("Take %(number)d") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("generation:take", args=[self.uuid])

    @property
    def unsigned_text(self) -> str:
        """Return why it has no content credentials, in the active language; empty if signed or not known."""
        return unsigned_text(self.unsigned_reason, self.unsigned_detail) if self.unsigned_reason else ""

    @property
    def frame_count(self) -> int:
        """Return the number of frames, estimated from length and rate if they were never counted."""
        return self.frames or max(1, round(self.seconds * self.fps))

    @property
    def end(self) -> float:
        """Return the end of the last frame in seconds, which is later than the duration if frames start late."""
        return max([self.seconds, *(begin + 1 / (self.fps or 1) for begin in self.times[-1:])])
