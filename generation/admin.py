"""Django admin of generation. Everything can be viewed here; only `lifecycle` changes the state of jobs."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat, truncatechars
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from generation import api_tokens
from generation.models import (
    ApiToken,
    GatewayState,
    Heartbeat,
    Job,
    JobEvent,
    JobReference,
    LedgerEntry,
    Price,
    ShareLink,
    Shot,
    Take,
)
from generation.reviews.sharing import share_links
from generation.templatetags.money import usd
from generation.views.compose.prompts import request_json
from library import storage
from library.admin import PREVIEW_CLASSES, PREVIEW_HEIGHT, PREVIEW_WIDTH, ReadOnly, preview

# Queue rows are pickles, and a schedule edited by hand can stop all of them. Use the event logs of jobs instead.
for _model in (Failure, OrmQ, Schedule, Success):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

STATUS_COLOURS = {
    Job.Status.SUBMITTING: "info",
    Job.Status.RUNNING: "info",
    Job.Status.STORING: "info",
    Job.Status.SUCCEEDED: "success",
    Job.Status.FAILED: "danger",
    Job.Status.HELD: "warning",
}


def poster(take: Take | None) -> SafeString | str:
    """Return a take's poster frame, linked to the video."""
    if take is None:
        return "-"
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy" class="{}"></a>',
        storage.signed_url(take.key),
        storage.signed_url(take.poster_key),
        take,
        PREVIEW_WIDTH,
        PREVIEW_HEIGHT,
        PREVIEW_CLASSES,
    )


class ReferenceInline(ReadOnly, TabularInline):
    """The assets to which the handles in the prompt were resolved."""

    model = JobReference
    fields = ("picture", "handle", "version", "role", "position")
    readonly_fields = fields
    extra = 0

    @display(description="asset")
    def picture(self, reference: JobReference) -> SafeString | str:
        return preview(reference.asset.cover)


class EventInline(ReadOnly, TabularInline):
    """The job's event log."""

    model = JobEvent
    fields = ("at", "status", "text", "by")
    readonly_fields = fields
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnly, ModelAdmin):
    """Jobs, with the request as sent but without signatures."""

    list_display = (
        "picture",
        "short",
        "project",
        "state",
        "progress",
        "estimate",
        "cost",
        "created_by",
        "created_at",
    )
    list_display_links = ("short",)
    list_filter = ("status", "project", "model", "created_at")
    list_select_related = ("take", "project", "created_by")
    search_fields = ("uuid", "task_id", "prompt")
    date_hierarchy = "created_at"
    readonly_fields = ("sent",)
    exclude = ("lease_token",)
    inlines = (ReferenceInline, EventInline)

    @display(description="take")
    def picture(self, job: Job) -> SafeString | str:
        return poster(getattr(job, "take", None))

    @display(description="prompt", ordering="prompt")
    def short(self, job: Job) -> str:
        return truncatechars(job.prompt, 80)

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def state(self, job: Job) -> tuple[str, str]:
        return job.status, job.get_status_display()

    @display(ordering="estimate_usd")
    def estimate(self, job: Job) -> str:
        return usd(job.estimate_usd)

    @display(ordering="cost_usd")
    def cost(self, job: Job) -> str:
        return usd(job.cost_usd)

    @display(description="request as sent")
    def sent(self, job: Job) -> SafeString:
        return format_html("<pre>{}</pre>", request_json(bytes(job.request_body or b"")))


@admin.register(Take)
class TakeAdmin(ReadOnly, ModelAdmin):
    """Takes with their poster frames."""

    list_display = ("picture", "name", "project", "shot", "seconds", "pixels", "bytes", "created_at")
    list_display_links = ("name",)
    list_filter = ("project", "has_audio", "created_at")
    list_select_related = ("project", "shot")
    search_fields = ("uuid", "job__prompt", "shot__code")
    date_hierarchy = "created_at"

    @display(description="")
    def picture(self, take: Take) -> SafeString | str:
        return poster(take)

    @display(description="take", ordering="number")
    def name(self, take: Take) -> str:
        return str(take)

    def pixels(self, take: Take) -> str:
        return f"{take.width}×{take.height}"

    @display(description="size", ordering="size")
    def bytes(self, take: Take) -> str:
        return filesizeformat(take.size)


@admin.register(Shot)
class ShotAdmin(ModelAdmin):
    list_display = ("code", "title", "project", "created_at")
    list_filter = ("project",)
    list_select_related = ("project",)
    search_fields = ("code", "title", "project__name")
    autocomplete_fields = ("project",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, ModelAdmin):
    """Costs, one row for each job."""

    list_display = ("job", "project", "state", "estimate", "actual", "updated_at")
    list_filter = ("state", "project", "created_at")
    list_select_related = ("job", "project")
    search_fields = ("job__uuid", "job__task_id", "project__name")
    date_hierarchy = "created_at"

    @display(ordering="estimate_usd")
    def estimate(self, entry: LedgerEntry) -> str:
        return usd(entry.estimate_usd)

    @display(ordering="actual_usd")
    def actual(self, entry: LedgerEntry) -> str:
        return usd(entry.actual_usd)


@admin.register(Price)
class PriceAdmin(ModelAdmin):
    """Prices per second of output, each from a day on; without an entry, the provider's price list applies.

    Prices that took effect before today cannot be changed. Each job keeps the estimate with which it was queued.
    """

    list_display = ("since", "model", "resolution", "with_video", "price")
    list_filter = ("model", "resolution", "with_video", "since")
    actions = None

    @display(description="US dollars a second", ordering="usd_per_second")
    def price(self, price: Price) -> str:
        return f"${price.usd_per_second}"

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        """Allow corrections of prices that did not take effect before today."""
        return _may_be_mended(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return _may_be_mended(obj) and super().has_delete_permission(request, obj)


@admin.register(GatewayState)
class GatewayStateAdmin(ReadOnly, ModelAdmin):
    """The reason why submits are paused, if they are. The banner on every page has the button to resume them."""

    list_display = ("base_url", "paused_at", "paused_reason")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, ModelAdmin):
    """The workers' leases, such as that of the sweep, with their last heartbeats."""

    list_display = ("name", "beat_at", "leased_until")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, ModelAdmin):
    """API tokens. Users create them on their own page or with `manage.py apitoken`; here they can only be revoked.

    Only hashes are stored, so no token can be shown.
    """

    list_display = ("name", "user", "hint", "can_write", "project", "last_used_at", "revoked_at")
    list_filter = ("can_write", "project", "created_at", "revoked_at")
    list_select_related = ("user", "project")
    search_fields = ("name", "user__username", "hint")
    date_hierarchy = "created_at"
    exclude = ("sha256",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Allow revoking, the only change that can be made here."""
        return request.user.has_perm("generation.change_apitoken")

    @action(description="Revoke the chosen tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        """Revoke the tokens; requests with them are refused from now on."""
        for token in chosen:
            api_tokens.revoke(token)
        self.message_user(request, f"Revoked: {', '.join(map(str, chosen))}.")


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnly, ModelAdmin):
    """Share links and their expiry. They can be revoked here, as on the page of their project.

    Neither the URL of a link nor its password is shown.
    """

    list_display = (
        "__str__",
        "project",
        "kind",
        "created_by",
        "views",
        "last_viewed_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("kind", "is_blind", "project", "created_at", "revoked_at")
    list_select_related = ("project", "created_by")
    search_fields = ("label", "project__name", "created_by__username")
    date_hierarchy = "created_at"
    exclude = ("plain_token", "token_hash", "sealed_token", "token_key", "password")
    # The page of a link on the site is the one that its secret URL opens.
    view_on_site = False
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Allow revoking, the only change that can be made here."""
        return request.user.has_perm("generation.change_sharelink")

    @action(description="Take back the chosen links", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ShareLink]) -> None:
        """Revoke the links; they stop working at once."""
        for link in chosen:
            share_links.revoke(link)
        self.message_user(request, f"Taken back: {', '.join(map(str, chosen))}.")


def _may_be_mended(price: Price | None) -> bool:
    return price is None or price.since >= timezone.localdate()
