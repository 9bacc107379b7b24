"""Small makers of real things for tests: pictures, people, assets, jobs."""

import io
import itertools
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from generation.models import Job, LedgerEntry
from library import ingest
from library.models import Asset, Membership, Project, Role

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
    media = [ingest.add_media(upload()) for _ in range(pictures)]
    return ingest.create_asset(
        by=by, handle=handle or f"thing_{next(_count)}", kind=kind, media=media, **fields
    )


def job(by: User, project: Project, **fields: Any) -> Job:
    """A bare job row with its ledger row, as the state that is asked for; no worker is woken."""
    values = {"prompt": "a harbour at dusk", "billed_seconds": 5, "estimate_usd": "0.3200", **fields}
    if values.get("status") in {Job.Status.RUNNING, Job.Status.STORING, Job.Status.SUCCEEDED}:
        values.setdefault("task_id", f"task_{uuid4().hex}")
    made = Job.objects.create(created_by=by, project=project, **values)
    LedgerEntry.objects.create(job=made, project=project, estimate_usd=made.estimate_usd)
    return made
