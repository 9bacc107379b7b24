"""The approved takes of a project as a zip: `manifest.json`, and for each take its film and a card to read."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Sum
from django.template.loader import render_to_string
from django.utils import timezone

from generation.models import Take
from generation.reviews.exports.file_names import names_of
from generation.reviews.exports.manifests import card, with_all
from generation.reviews.exports.provenance_cards import Manifest
from library.ingest.zip_stream import StreamedZip
from library.models import Asset, Project
from library.models.assets import AssetQuerySet

MANIFEST = "manifest.json"
MOST_TAKES, MOST_BYTES = 500, 20 * 1000**3


class CannotExport(Exception):
    """There is nothing to send, or too much. The message is a sentence for people."""


def approved(project: Project, *, shot: str = "") -> Sequence[Take]:
    """The approved takes in the order of their shots, loose ones after them, with all that is told of them, of one shot
    if it is named; without those of abandoned jobs, as links leave them out.

    Raises CannotExport.
    """
    takes = project.takes.wanted().filter(review=Take.Review.APPROVED)
    if shot:
        takes = takes.filter(shot__code=shot)
    of = f"shot {shot}" if shot else str(project)
    size = takes.aggregate(size=Sum("size"))["size"] or 0
    found = takes.count()
    if not found:
        raise CannotExport(
            f"No take of {of} is approved yet. Approve the takes that are to leave, then export."
        )
    if found > MOST_TAKES or size > MOST_BYTES:
        raise CannotExport(
            f"{found} takes with {size / 1000**3:.1f} GB are too much for one zip: it takes {MOST_TAKES} takes and "
            f"{MOST_BYTES / 1000**3:.0f} GB. Export shot by shot."
        )
    return list(with_all(takes).order_by(F("shot__code").asc(nulls_last=True), "number", "pk"))


def packed(project: Project, takes: Sequence[Take], *, by: User) -> Iterator[bytes]:
    """Yield the zip of the takes from `approved`, a megabyte at a time. It includes the terms of assets that the user
    may edit.

    Raises StorageFailed on the way, after which what was sent is no whole zip.
    """
    moment, names = timezone.now(), names_of(takes)
    editable = _assets_of(takes).keys_editable_by(by)
    cards = [
        card(take, file=f"{names[take.pk]}.mp4", home=settings.PUBLIC_URL, editable=editable)
        for take in takes
    ]
    archive = StreamedZip(moment)
    told = Manifest(exported_at=moment, project=project.name, takes=cards)
    yield archive.write(MANIFEST, told.model_dump_json(indent=2))
    for take, said in zip(takes, cards, strict=True):
        context = {"take": take, "card": said, "project": project, "exported_at": moment}
        yield archive.write(
            f"{names[take.pk]}.html", render_to_string("generation/takes/provenance_card.html", context)
        )
        yield from archive.copy(said.file, take.key)
    yield archive.close()


def _assets_of(takes: Sequence[Take]) -> AssetQuerySet:
    """Return the assets that these takes were made with."""
    return Asset.objects.filter(job_references__job__in=[take.job_id for take in takes])
