"""Takes whose film really lies in the storage."""

import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from generation.models import Take
from library import storage
from library.models import Project
from tests.generation.views.conftest import make_take
from tests.library import files


def stored_take(by: User, project: Project, *, seconds: int = 2, **fields: Any) -> Take:
    """A finished job and its take: a film of 24 frames a second that grows ever lighter. Needs the `s3` fixture."""
    take = make_take(by, project, **fields)
    with tempfile.TemporaryDirectory() as folder:
        film = files.video(Path(folder) / "film.mp4", seconds=seconds, title=str(take.uuid))
        storage.upload(film, take.key, "video/mp4")
        take.sha256, take.size = sha256(film.read_bytes()).hexdigest(), film.stat().st_size
    take.width, take.height, take.seconds, take.frames = 128, 72, float(seconds), 24 * seconds
    take.save()
    return take
