"""Export the approved takes of a project as a zip: `manifest.json`, and a video and a provenance page for each take."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Sum
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.models import Take
from generation.reviews.exports.file_names import names_of
from generation.reviews.exports.manifests import build_card, with_card_data
from generation.reviews.exports.provenance_cards import Manifest
from library.ingest.zip_stream import StreamedZip
from library.models import Asset, Project
from library.models.assets import AssetQuerySet

MANIFEST = "manifest.json"
MAX_TAKES, MAX_BYTES = 500, 20 * 1000**3


class CannotExport(Exception):
    """There is nothing to export, or too much. The message is shown to the user."""


def approved(project: Project, *, shot: str = "") -> Sequence[Take]:
    """Return the approved takes, with `shot` those of one shot, with the data of their cards.

    They are sorted by shot, takes without a shot last. Takes of abandoned jobs are left out. Raise CannotExport.
    """
    takes = project.takes.wanted().filter(review=Take.Review.APPROVED)
    if shot:
        takes = takes.filter(shot__code=shot)
    size = takes.aggregate(size=Sum("size"))["size"] or 0
    count = takes.count()
    if not count:
        text = _("No take of %(name)s is approved yet. Approve takes first, then export them.")
        raise CannotExport(text % {"name": shot or project})
    if count > MAX_TAKES or size > MAX_BYTES:
        text = _(
            "Too much for one zip: %(count)s takes with %(size)s GB. The limits are %(most_takes)s takes and"
            " %(most_size)s GB. Export shot by shot."
        )
        sizes = {"size": f"{size / 1000**3:.1f}", "most_size": f"{MAX_BYTES / 1000**3:.0f}"}
        raise CannotExport(text % {"count": count, "most_takes": MAX_TAKES, **sizes})
    return list(with_card_data(takes).order_by(F("shot__code").asc(nulls_last=True), "number", "pk"))


def packed(project: Project, takes: Sequence[Take], *, by: User) -> Iterator[bytes]:
    """Yield the zip of the takes from `approved`, a megabyte at a time.

    It includes the terms of assets that the user may edit. Raise StorageFailed, possibly after a part of the zip.
    """
    moment, names = timezone.now(), names_of(takes)
    editable = _assets_of(takes).keys_editable_by(by)
    cards = [
        build_card(take, file=f"{names[take.pk]}.mp4", base_url=settings.PUBLIC_URL, editable=editable)
        for take in takes
    ]
    archive = StreamedZip(moment)
    manifest = Manifest(exported_at=moment, project=project.name, takes=cards)
    yield archive.write(MANIFEST, manifest.model_dump_json(indent=2))
    for take, card in zip(takes, cards, strict=True):
        context = {"take": take, "card": card, "project": project, "exported_at": moment}
        yield archive.write(
            f"{names[take.pk]}.html", render_to_string("generation/exports/provenance_card.html", context)
        )
        yield from archive.copy(card.file, take.key)
    yield archive.close()


def _assets_of(takes: Sequence[Take]) -> AssetQuerySet:
    """Return the assets used in these takes."""
    return Asset.objects.filter(job_references__job__in=[take.job_id for take in takes])
