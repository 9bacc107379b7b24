"""What a take's page says of its content credentials."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from generation.models import JobEvent, Take
from generation.provenance.certificates import NAME
from generation.provenance.telling import PREFIX, Told
from generation.reviews.exports.file_names import name_of
from library import storage

# Anybody's files are read there, in the browser; nothing is sent by us.
CHECKED_AT = "https://contentcredentials.org/verify"


def with_credentials(takes: QuerySet[Take]) -> QuerySet[Take]:
    """What the job's story says of them, as `told_credentials`."""
    said = JobEvent.objects.filter(job=OuterRef("job"), text__contains=PREFIX).order_by("pk")
    return takes.annotate(told_credentials=Subquery(said.values("text")[:1]))


def context(take: Any) -> dict[str, Any]:
    """Who signed a take from `with_credentials`, or why nobody did, and the provider's own file."""
    told = Told.read(take.told_credentials or "") or Told()
    original = f"{name_of(take)}-original.mp4"
    return {
        "credentials": told,
        "is_self_made": told.signed_by == NAME,
        "checked_at": CHECKED_AT,
        "original_url": storage.signed_url(take.original_key, download_name=original)
        if take.original_key
        else "",
    }
