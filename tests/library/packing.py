"""Zips of assets for tests: packed, changed, taken in; and the character whose assets travel."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from library import ingest
from library.ingest import bundle_export
from library.ingest.bundle_import import import_bundle
from library.ingest.import_results import Outcome
from library.models import Asset, MediaFile, Project, Rights
from tests import factories
from tests.library import files


def media(name: str, content: bytes) -> MediaFile:
    return ingest.add_media(SimpleUploadedFile(name, content))


def mara_of(alice: User, project: Project) -> Asset:
    parts = [media("voice.wav", files.sound()), *(media("m.png", factories.picture()) for _ in "ab")]
    return ingest.create_asset(
        by=alice,
        handle="Mara",
        kind=Asset.Kind.CHARACTER,
        media=parts,
        title="Mara Voss",
        description="Pilot. Käthe's sister.",
        tags=["lead", "night"],
        project=project,
        is_shared=False,
        rights=Rights("CC BY 4.0", "a shoot", "Mara agreed", date(2030, 1, 2)),
    )


def packed(*assets: Asset) -> bytes:
    found = Asset.objects.filter(pk__in=[one.pk for one in assets])
    return b"".join(bundle_export.export_zip(found, by=assets[0].created_by))


def imported(content: bytes, by: User, project: Project | None = None, **options: bool) -> list[Outcome]:
    return list(import_bundle(io.BytesIO(content), by=by, project=project, **options))


def remade(content: bytes, change: Callable[[dict], object] = bool, **more: bytes) -> bytes:
    """The same zip with its manifest changed, and with more files."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w") as new:
        told = json.loads(old.read("manifest.json"))
        change(told)
        new.writestr("manifest.json", json.dumps(told))
        for name in old.namelist():
            if name != "manifest.json":
                new.writestr(name, more.pop(name, None) or old.read(name))
        for name, data in more.items():
            new.writestr(name, data)
    return held.getvalue()


def emptied() -> None:
    Asset.objects.update(current_version=None)
    Asset.objects.all().delete()
    MediaFile.objects.all().delete()
