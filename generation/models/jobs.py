"""Jobs: one request to the provider and its event log."""

from typing import Self, TypeAlias
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _

from generation.models.batches import Batch
from generation.models.job_texts import event_text, hold_text
from generation.models.shots import Shot
from generation.skyreels.schemas import AspectRatio, Model, Resolution
from library.models import Asset, AssetVersion, Project
from library.models.projects import MAKERS, AnyUser, in_projects_of


def choices(values: type[Model] | type[Resolution] | type[AspectRatio]) -> list[tuple[str, str]]:
    """Return the provider's values as choices of a Django field."""
    return [(member.value, member.value) for member in values]


class JobQuerySet(models.QuerySet["Job"]):
    """Look-up and permission in one call, and the sets that workers process."""

    def visible_to(self, user: AnyUser) -> Self:
        """Filter jobs of projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """Filter jobs of projects in which the user may create and change jobs."""
        return self.filter(in_projects_of(user, MAKERS))

    def needs_attention(self) -> Self:
        """Filter jobs that a user has to decide about: held jobs, and late renders that were not abandoned."""
        late = Q(status=Job.Status.RUNNING, late_at__isnull=False, abandoned_at__isnull=True)
        return self.filter(Q(status=Job.Status.HELD) | late)

    def due(self) -> Self:
        """Filter jobs whose next step is due, the longest overdue first. A claimed job is due when its lease lapses."""
        return self.filter(next_step_at__lte=timezone.now()).order_by("next_step_at")


class JobStatus(models.TextChoices):
    """The states of a job, and the groups of states that the code uses."""

    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Submitting")
    RUNNING = "running", _("Rendering")
    STORING = "storing", _("Storing")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")

    @classproperty
    def finished(cls) -> tuple["JobStatus", ...]:
        """States that a job never leaves."""
        return (cls.SUCCEEDED, cls.FAILED, cls.CANCELLED)

    @classproperty
    def active(cls) -> tuple["JobStatus", ...]:
        """States in which a worker will take the next step."""
        return (cls.QUEUED, cls.SUBMITTING, cls.RUNNING, cls.STORING)

    @classproperty
    def sent(cls) -> tuple["JobStatus", ...]:
        """Active states in which the provider has, or may have, the request."""
        return (cls.SUBMITTING, cls.RUNNING, cls.STORING)

    @classproperty
    def idle(cls) -> tuple["JobStatus", ...]:
        """States in which nothing happens until a user acts, although the job is not finished."""
        return (cls.DRAFT, cls.HELD)

    @property
    def is_finished(self) -> bool:
        return self in JobStatus.finished

    @property
    def is_active(self) -> bool:
        return self in JobStatus.active


class Job(models.Model):
    """One request to the provider, from draft to take.

    DRAFT -> QUEUED -> SUBMITTING -> RUNNING -> STORING -> SUCCEEDED
                |  ^______|  |          |          |
                v  not sent  v          v          v
            CANCELLED       HELD     FAILED,    HELD: it has been paid for
                                      HELD
    HELD -> QUEUED, SUBMITTING, RUNNING, STORING or FAILED, as a user decides

    Only `generation.lifecycle` writes `status`. `next_step_at` is schedule, lease and index in one column: a worker
    claims a due job by moving it into the future and writing its own `lease_token`. The claim of a worker that died
    lapses, and commits are fenced by the token.

    The request is frozen in `request_body`, byte for byte, together with its destination and idempotency key.
    """

    Status: TypeAlias = JobStatus

    class Priority(models.IntegerChoices):
        BULK = 0, _("Low")
        NORMAL = 10, _("Normal")
        REVIEW = 20, _("High")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    form_key = models.UUIDField(
        default=uuid4,
        unique=True,
        editable=False,
        help_text="one per form, so that a form submitted twice creates one job",
    )
    project = models.ForeignKey(Project, models.PROTECT, related_name="jobs")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="jobs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)

    # The prompt and settings, as entered
    prompt = models.TextField()
    model = models.CharField(max_length=40, choices=choices(Model), default=Model.FAST.value)
    duration = models.PositiveSmallIntegerField(default=5, help_text="seconds")
    resolution = models.CharField(max_length=5, choices=choices(Resolution), default="480p")
    aspect_ratio = models.CharField(max_length=5, choices=choices(AspectRatio), default="16:9")
    prompt_optimizer = models.BooleanField(default=True)

    roles = models.JSONField(
        default=dict,
        blank=True,
        help_text="frames, use of the clip and voices, see `composition.Roles`",
    )
    plan = models.JSONField(
        null=True,
        editable=False,
        help_text="the request with `s3:` keys for files, created when the job was queued",
    )
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="jobs")
    made_from = models.ForeignKey(
        "generation.Take", models.SET_NULL, null=True, blank=True, related_name="descendants"
    )
    for_note = models.ForeignKey(
        "generation.Note",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="followup_jobs",
        db_column="answers_id",  # the name that earlier versions use, see docs/upgrading.md
        help_text="the note that it was made for; approving its take resolves the note",
    )

    # Progress
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    next_step_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="tries of the current step")
    lapsed_leases = models.PositiveIntegerField(
        default=0, db_column="takeovers", help_text="workers that stopped during this step"
    )
    hold_code = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="why it is held, a `HoldCode`"
    )
    hold_data = models.JSONField(
        blank=True, default=dict, db_default={}, help_text="parameters of `hold_code`, see `job_texts`"
    )
    plain_held_reason = models.TextField(
        blank=True,
        default="",
        db_default="",
        db_column="held_reason",
        editable=False,
        help_text="a sentence by a host of an earlier version",
    )
    late_at = models.DateTimeField(
        null=True, blank=True, help_text="when the render had taken far longer than usual"
    )
    abandoned_at = models.DateTimeField(
        null=True, blank=True, help_text="no longer wanted; its take is stored, but hidden from lists"
    )
    error_code = models.CharField(max_length=80, blank=True)
    error_param = models.CharField(max_length=80, blank=True)
    error_message = models.TextField(blank=True)

    # The frozen request
    request_body = models.BinaryField(null=True, editable=False)
    idempotency_key = models.CharField(max_length=191, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    base_url = models.CharField(max_length=300, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    hook_token = models.CharField(
        max_length=43,
        blank=True,
        editable=False,
        help_text="in the URL of the provider's webhook",
    )
    called_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="the last webhook call since the latest poll"
    )

    # Data from the provider
    task_id = models.CharField(max_length=200, blank=True)
    provider_status = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100, as reported")
    polls = models.PositiveIntegerField(default=0, help_text="status queries")
    result_url = models.TextField(blank=True, editable=False)
    result_expires_at = models.DateTimeField(null=True, blank=True)

    # Money, in US dollars
    billed_seconds = models.PositiveSmallIntegerField(default=0)
    estimate_usd = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    cost_usd = models.DecimalField(_("reported cost"), max_digits=10, decimal_places=4, null=True, blank=True)

    submitted_at = models.DateTimeField(null=True, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True, help_text="when it was first seen as completed")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["status", "next_step_at"], condition=Q(next_step_at__isnull=False), name="jobs_due"
            ),
            models.Index(fields=["project", "-id"], name="jobs_of_project"),
            models.Index(fields=["status", "-id"], name="jobs_of_status"),
            models.Index(fields=["finished_at"], name="jobs_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["base_url", "task_id"],
                condition=~Q(task_id=""),
                name="one_job_for_each_provider_task",
            ),
            models.UniqueConstraint(
                fields=["hook_token"], condition=~Q(hook_token=""), name="hook_tokens_unique"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["running", "storing", "succeeded"]) | ~Q(task_id=""),
                name="running_jobs_know_their_task",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["succeeded", "failed", "cancelled"]) | Q(next_step_at__isnull=True),
                name="finished_jobs_have_no_next_step",
            ),
        ]

    def __str__(self) -> str:
        return f"Job {str(self.uuid)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("generation:job", args=[self.uuid])

    @property
    def held_reason(self) -> str:
        """Return why the job is held, in the active language; empty if it is not held or no reason was recorded."""
        if self.status != JobStatus.HELD:
            return ""
        return hold_text(self.hold_code, self.hold_data) if self.hold_code else self.plain_held_reason

    @property
    def is_finished(self) -> bool:
        return JobStatus(self.status).is_finished

    @property
    def is_active(self) -> bool:
        return JobStatus(self.status).is_active


class JobReference(models.Model):
    """An asset version that the job uses and its role; recorded when the job is queued, never changed."""

    class Role(models.TextChoices):
        FIRST = "first", _("First frame")
        MID = "mid", _("Keyframe")
        END = "end", _("Last frame")
        SUBJECT = "subject", _("Subject")
        GRID = "grid", _("Multi-view sheet")
        MOTION = "motion", _("Motion reference")
        EXTEND = "extend", _("Clip to extend")
        VOICE = "voice", _("Voice")

    job = models.ForeignKey(Job, models.CASCADE, related_name="references")
    handle = models.CharField(max_length=32, help_text="its spelling at that time")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="job_references")
    version = models.ForeignKey(AssetVersion, models.PROTECT, related_name="job_references")
    role = models.CharField(max_length=20, choices=Role, default=Role.SUBJECT)
    second = models.SmallIntegerField(null=True, blank=True, help_text="of a keyframe; empty for any time")
    with_voice = models.BooleanField(default=False, help_text="lip-synced to the character's voice")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["job", "position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="reference_positions_unique")]

    def __str__(self) -> str:
        return f"@{self.handle} in {self.job}"


class JobEvent(models.Model):
    """An entry in a job's event log: a change of status, or something else that happened."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Job.Status)
    code = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="what happened, an `EventCode`"
    )
    data = models.JSONField(
        blank=True, default=dict, db_default={}, help_text="parameters of `code`, see `job_texts`"
    )
    plain_text = models.TextField(
        blank=True,
        default="",
        db_default="",
        db_column="text",
        editable=False,
        help_text="a sentence by a host of an earlier version",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["job", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """Return what happened as a sentence in the active language."""
        return event_text(self.code, self.data) if self.code else self.plain_text
