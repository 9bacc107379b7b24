"""Pictures taken in, beside a bare loop that only makes a thumbnail and uploads both."""

import io
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3
import pytest
from django.conf import settings
from mypy_boto3_s3 import S3Client
from PIL import Image

from library import ingest
from library.models import MediaFile
from library.probe.identify import THUMBNAIL_SIZE
from library.storage import CLIENT_CONFIG

PICTURES = 40
SIZE = (1920, 1280)
ROUNDS = 3


def photographs(folder: Path, seed: int) -> list[Path]:
    """JPEG pictures as a camera makes them: about 1 MB each, all different."""
    folder.mkdir()
    chance = random.Random(seed)
    paths = []
    for number in range(PICTURES):
        grain = Image.frombytes("RGB", (480, 320), chance.randbytes(480 * 320 * 3))
        path = folder / f"picture_{number}.jpg"
        grain.resize(SIZE, Image.Resampling.BICUBIC).save(path, "JPEG", quality=88)
        paths.append(path)
    return paths


def bare(path: Path, client: S3Client) -> None:
    """Thumbnail and upload, nothing else: no check, no hash, no row."""
    held = io.BytesIO()
    with Image.open(path) as picture:
        picture.thumbnail(THUMBNAIL_SIZE)
        picture.save(held, "WEBP", quality=80, method=4)
    key, bucket = f"bare/{path.parent.name}/{path.name}", settings.AWS_STORAGE_BUCKET_NAME
    client.put_object(Bucket=bucket, Key=f"{key}.webp", Body=held.getvalue())
    client.upload_file(str(path), bucket, key)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_pictures_taken_in_beside_a_bare_loop(tmp_path: Path) -> None:
    """Picture by picture in turns, so that what else the machine does weighs on both alike."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.AWS_S3_ENDPOINT_URL,
        aws_access_key_id=settings.AWS_ACCESS_KEY_ID,
        aws_secret_access_key=settings.AWS_SECRET_ACCESS_KEY,
        region_name=settings.AWS_S3_REGION_NAME,
        config=CLIENT_CONFIG,
    )
    print(f"\nIngest: {PICTURES} JPEG of {SIZE[0]}×{SIZE[1]}, {ROUNDS} rounds, one thread")
    ratios = []
    for number in range(ROUNDS + 1):
        paths = photographs(tmp_path / f"round {number}", number)
        took = {"bare loop": 0.0, "ingest": 0.0}
        for path in paths:
            took["bare loop"] += seconds(partial(bare, path, client))
            took["ingest"] += seconds(partial(ingest.add_media, path))
        if number:  # the first round warms up
            ratios.append(took["bare loop"] / took["ingest"])
            _tell(took, sum(path.stat().st_size for path in paths) / 1e6)
    # A picture that was known already would be passed by without work, and the ratio would mean nothing.
    assert MediaFile.objects.count() == PICTURES * (ROUNDS + 1)
    print(f"  ingest / bare loop: {statistics.median(ratios):.2f} (median; aim 0.80)")


def _tell(took: dict[str, float], size: float) -> None:
    for name, spent in took.items():
        print(f"  {name:9} {PICTURES / spent:6.1f} pictures/s  {size / spent:6.1f} MB/s")
