"""Jobs: one request to the provider and everything that happened to it."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from generation.models.batches import Batch
from generation.models.shots import Shot
from generation.skyreels.schemas import AspectRatio, Model, Resolution
from library.models import Asset, AssetVersion, Project
from library.models.projects import MAKERS, AnyUser, in_projects_of


def choices(values: type[Model] | type[Resolution] | type[AspectRatio]) -> list[tuple[str, str]]:
    """The provider's values as a choice of Django's."""
    return [(member.value, member.value) for member in values]


class JobQuerySet(models.QuerySet["Job"]):
    """Look-up and permission in one call; the sets that the workers look for."""

    def visible_to(self, user: AnyUser) -> Self:
        """The jobs of the projects that the user may see."""
        return self.filter(in_projects_of(user))

    def editable_by(self, user: AnyUser) -> Self:
        """The jobs of the projects in which the user may make things."""
        return self.filter(in_projects_of(user, MAKERS))

    def wanting_a_person(self) -> Self:
        """What the held desk shows: held jobs, and renders that are late and that somebody still waits for."""
        late = Q(status=Job.Status.RUNNING, late_at__isnull=False, abandoned_at__isnull=True)
        return self.filter(Q(status=Job.Status.HELD) | late)

    def due(self) -> Self:
        """Waiting for a worker now, the longest waiting first. A claimed job is due again when its lease lapses."""
        return self.filter(next_step_at__lte=timezone.now()).order_by("next_step_at")


class Job(models.Model):
    """One request to the provider, from draft to take.

    DRAFT -> QUEUED -> SUBMITTING -> RUNNING -> STORING -> SUCCEEDED, with the ways out CANCELLED, FAILED and HELD.
    Only `generation.lifecycle` writes `status`. `next_step_at` is schedule, lease and index in one: a worker
    claims a due job by moving it into the future and writing its own `lease_token`; the token of a worker that
    died lapses with it, and commits are fenced by it.

    The request is frozen in `request_body`, byte for byte, together with where it goes and its idempotency key.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting"
        SUBMITTING = "submitting", "Submitting"
        RUNNING = "running", "Rendering"
        STORING = "storing", "Storing"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    class Priority(models.IntegerChoices):
        BULK = 0, "When there is time"
        NORMAL = 10, "In turn"
        REVIEW = 20, "Review fix, first"

    FINISHED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
    IN_HAND = (Status.QUEUED, Status.SUBMITTING, Status.RUNNING, Status.STORING)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    form_key = models.UUIDField(
        default=uuid4,
        unique=True,
        editable=False,
        help_text="one for each composed form: sent twice, made once",
    )
    project = models.ForeignKey(Project, models.PROTECT, related_name="jobs")
    shot = models.ForeignKey(Shot, models.SET_NULL, null=True, blank=True, related_name="jobs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)

    # What was asked for, as typed and chosen
    prompt = models.TextField()
    model = models.CharField(max_length=40, choices=choices(Model), default=Model.FAST.value)
    duration = models.PositiveSmallIntegerField(default=5, help_text="seconds")
    resolution = models.CharField(max_length=5, choices=choices(Resolution), default="480p")
    aspect_ratio = models.CharField(max_length=5, choices=choices(AspectRatio), default="16:9")
    prompt_optimizer = models.BooleanField(default=True)

    roles = models.JSONField(
        default=dict,
        blank=True,
        help_text="frames, the clip's use and voices, as `composition.Roles` has them",
    )
    plan = models.JSONField(
        null=True, editable=False, help_text="the request with `s3:` keys for files, made when it was queued"
    )
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="jobs")
    made_from = models.ForeignKey(
        "generation.Take", models.SET_NULL, null=True, blank=True, related_name="descendants"
    )
    answers = models.ForeignKey(
        "generation.Note",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="answers",
        help_text="the note that it was made for; approving its take resolves it",
    )

    # Where it stands
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    next_step_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="tries of the present step")
    takeovers = models.PositiveIntegerField(
        default=0, help_text="leases of this step that lapsed: workers that died"
    )
    held_reason = models.TextField(blank=True)
    late_at = models.DateTimeField(
        null=True, blank=True, help_text="when its render had taken far longer than such renders do"
    )
    abandoned_at = models.DateTimeField(
        null=True, blank=True, help_text="nobody waits for it any more; what it brings is still kept"
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
        help_text="of the address at which the provider may wake us",
    )
    called_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="when it last did since the latest question"
    )

    # What the provider said
    task_id = models.CharField(max_length=200, blank=True)
    provider_status = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100, as reported")
    polls = models.PositiveIntegerField(default=0, help_text="questions asked about the render")
    result_url = models.TextField(blank=True, editable=False)
    result_expires_at = models.DateTimeField(null=True, blank=True)

    # Money, in US dollars
    billed_seconds = models.PositiveSmallIntegerField(default=0)
    estimate_usd = models.DecimalField(max_digits=10, decimal_places=4, default=0)
    cost_usd = models.DecimalField("reported cost", max_digits=10, decimal_places=4, null=True, blank=True)

    submitted_at = models.DateTimeField(null=True, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True, help_text="when we first saw it completed")
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
    def is_finished(self) -> bool:
        """Nothing will happen to it any more."""
        return self.status in self.FINISHED

    @property
    def is_in_hand(self) -> bool:
        """A worker has it or will have it: its page refreshes itself."""
        return self.status in self.IN_HAND


class JobReference(models.Model):
    """An asset bound to the version that the job uses for ever, and what it is for: kept when it is queued."""

    class Role(models.TextChoices):
        FIRST = "first", "First frame"
        MID = "mid", "Keyframe"
        END = "end", "End frame"
        SUBJECT = "subject", "Subject"
        GRID = "grid", "Grid"
        MOTION = "motion", "Motion reference"
        EXTEND = "extend", "Clip to extend"
        VOICE = "voice", "Voice"

    job = models.ForeignKey(Job, models.CASCADE, related_name="references")
    handle = models.CharField(max_length=32, help_text="canonical spelling at that time")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="job_references")
    version = models.ForeignKey(AssetVersion, models.PROTECT, related_name="job_references")
    role = models.CharField(max_length=20, choices=Role, default=Role.SUBJECT)
    second = models.SmallIntegerField(null=True, blank=True, help_text="of a keyframe; empty: any time")
    with_voice = models.BooleanField(default=False, help_text="a subject that speaks with its own voice")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["job", "position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="reference_positions_unique")]

    def __str__(self) -> str:
        return f"@{self.handle} in {self.job}"


class JobEvent(models.Model):
    """One line of a job's story: a transition, or something worth knowing that happened on the way."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Job.Status)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["job", "pk"]

    def __str__(self) -> str:
        return self.text
