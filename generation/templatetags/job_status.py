"""The badge of a job's status."""

from django import template

from generation.models import Job

register = template.Library()
Status = Job.Status

BADGE_CLASSES: dict[str, str] = {
    Status.DRAFT: "",
    Status.QUEUED: "",
    Status.SUBMITTING: "badge-info",
    Status.RUNNING: "badge-info",
    Status.STORING: "badge-info",
    Status.SUCCEEDED: "badge-ok",
    Status.FAILED: "badge-bad",
    Status.HELD: "badge-held",
    Status.CANCELLED: "",
}


@register.filter
def badge_class(status: str) -> str:
    """Return the CSS class for a value of `Job.Status`."""
    return BADGE_CLASSES.get(status, "")
