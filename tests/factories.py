"""Small makers of real things for tests: pictures, people, assets, jobs."""

import io
import itertools
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from generation.models import Job, LedgerEntry
from library import ingest
from library.models import Asset, MediaFile, Membership, Project, Role

_count = itertools.count(1)
PASSWORD = "lamplight-4711"


def picture(width: int = 320, height: int = 240, *, color: str | None = None, format: str = "PNG") -> bytes:
    """A picture unlike any other made before, as bytes of a file."""
    number = next(_count)
    image = Image.new("RGB", (width, height), color or f"hsl({number * 47 % 360}, 60%, 45%)")
    ImageDraw.Draw(image).text((8, 8), f"picture {number}", fill="white")
    held = io.BytesIO()
    image.save(held, format)
    return held.getvalue()


def upload(name: str = "", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it; a new picture unless the content is given."""
    return SimpleUploadedFile(
        name or f"picture_{next(_count)}.png", picture() if content is None else content
    )


class StoredPictures:
    """Stored pictures that tests share: the first test that needs one uploads it, later ones only add its row."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._used = 0

    def start_test(self) -> None:
        """Begin again with the first picture: the rows of the test before are gone."""
        self._used = 0

    def add(self) -> MediaFile:
        """Return the row of the next picture. Upload the picture if its objects are missing."""
        number, self._used = self._used, self._used + 1
        if number < len(self._rows) and self._is_stored(self._rows[number]):
            return MediaFile.objects.create(**self._rows[number], brought_at=timezone.now())
        media = ingest.add_media(upload())
        self._rows[number : number + 1] = [
            {
                field.name: getattr(media, field.name)
                for field in MediaFile._meta.concrete_fields
                if field.name not in {"id", "created_at", "brought_at", "brought_by"}
            }
        ]
        return media

    def _is_stored(self, row: dict[str, Any]) -> bool:
        bucket = settings.VAR_DIR / "s3" / settings.AWS_STORAGE_BUCKET_NAME
        return all((bucket / row[name]).is_file() for name in ("key", "thumbnail_key"))


stored_pictures = StoredPictures()


def media() -> MediaFile:
    """A stored picture unlike any other of this test; needs the `s3` fixture."""
    return stored_pictures.add()


def person(name: str, **fields: Any) -> User:
    """A user with the password `PASSWORD`."""
    return User.objects.create_user(name, password=PASSWORD, **fields)


def project(owner: User, *, name: str = "", slug: str = "", **fields: Any) -> Project:
    """A project owned by this person."""
    number = next(_count)
    made = Project.objects.create(
        name=name or f"Project {number}", slug=slug or f"project-{number}", **fields
    )
    Membership.objects.create(project=made, user=owner, role=Role.OWNER)
    return made


def join(project: Project, user: User, role: Role) -> Membership:
    """Make somebody a member."""
    return Membership.objects.create(project=project, user=user, role=role)


def asset(
    by: User, *, handle: str = "", kind: str = Asset.Kind.CHARACTER, pictures: int = 1, **fields: Any
) -> Asset:
    """A stored asset of new pictures; needs the `s3` fixture."""
    files = [media() for _ in range(pictures)]
    return ingest.create_asset(
        by=by, handle=handle or f"thing_{next(_count)}", kind=kind, media=files, **fields
    )


def job(by: User, project: Project, **fields: Any) -> Job:
    """A bare job row with its ledger row, as the state that is asked for; no worker is woken."""
    values = {"prompt": "a harbour at dusk", "billed_seconds": 5, "estimate_usd": "0.3200", **fields}
    if values.get("status") in {Job.Status.RUNNING, Job.Status.STORING, Job.Status.SUCCEEDED}:
        values.setdefault("task_id", f"task_{uuid4().hex}")
    made = Job.objects.create(created_by=by, project=project, **values)
    LedgerEntry.objects.create(job=made, project=project, estimate_usd=made.estimate_usd)
    return made
