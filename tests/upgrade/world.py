"""What stands around a restored database: its objects in the storage and its tasks at the provider."""

import hashlib
import tempfile
import time
from pathlib import Path

from django.db import connection

from generation.models import Job, Take
from generation.sandbox.task_store import Task, TaskStore
from library import storage
from library.models import MediaFile
from tests import factories
from tests.library import files

SENT = ["running", "storing", "submitting"]


def tasks_in(data_dir: Path) -> list[str]:
    """Let a sandbox that is not started yet know the tasks that the jobs in flight have there; return their prompts.

    Read by SQL: the tables are those of the earlier version.
    """
    store = TaskStore(data_dir / "sandbox.sqlite3")
    now = time.time()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_id, idempotency_key, request_body, prompt FROM generation_job "
            "WHERE status IN (%s, %s, %s) ORDER BY id",
            SENT,
        )
        rows = cursor.fetchall()
    for number, (task_id, key, body, _) in enumerate(rows):
        content = bytes(body)
        sha = hashlib.sha256(content).hexdigest()
        name = task_id or f"task_of_an_answer_that_was_lost_{number}"
        store.add(Task(name, key, sha, content.decode(), now, now, 0.2))
    store.close()
    return [prompt for *_, prompt in rows]


def move_provider(base_url: str) -> None:
    """Let the earlier version have spoken to a provider at this URL."""
    with connection.cursor() as cursor:
        for table in ("generation_job", "generation_gatewaystate"):
            cursor.execute(f"UPDATE {table} SET base_url = %s WHERE base_url <> ''", [base_url])


def seed_objects() -> None:
    """Store a small object for every key that a row names; none of them has the bytes that it had."""
    with tempfile.TemporaryDirectory() as folder:
        film, picture, sound = (Path(folder) / name for name in ("film.mp4", "picture.webp", "sound.wav"))
        files.video(film, seconds=3)
        picture.write_bytes(factories.picture(64, 36, format="WEBP"))
        sound.write_bytes(files.sound(1))
        of_kind = {"image": picture, "video": film, "audio": sound}
        for media in MediaFile.objects.all():
            storage.upload(of_kind[media.kind], media.key, "application/octet-stream")
            if media.thumbnail_key:
                storage.upload(picture, media.thumbnail_key, "image/webp")
        for take in Take.objects.all():
            for key, path in ((take.key, film), (take.original_key, film), (take.poster_key, picture)):
                if key:
                    storage.upload(path, key, "application/octet-stream")


def job(prompt: str) -> Job:
    return Job.objects.get(prompt=prompt)
