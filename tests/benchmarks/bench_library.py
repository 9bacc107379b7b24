"""What the library's pages cost with a thousand, a hundred thousand and a million assets.

On the configured database: SQLite, or PostgreSQL by `DATABASE_URL`. A million takes minutes to make, so it is left out
unless `BACKLOT_BENCH_FULL=1` is set.
"""

import os
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from library.catalog import Sort
from library.catalog.cursors import Place
from library.models import (
    Asset,
    AssetTag,
    AssetVersion,
    Favourite,
    MediaFile,
    ProjectAsset,
    VersionFile,
)
from library.models.search import search_text_of
from tests import factories

SIZES = [1_000, 100_000] + [1_000_000] * (os.environ.get("BACKLOT_BENCH_FULL") == "1")
BATCH, ROUNDS, WORDS, TAGS, COVERS = 5_000, 15, 4_000, 40, 2_000
STARTS, VOWELS, ENDS = "bdfghklmnprstvwz", "aeiou", "lmnrst"


@dataclass(frozen=True)
class Figures:
    """Milliseconds (median of `ROUNDS`) and queries of one page."""

    milliseconds: float
    queries: int


@pytest.mark.django_db
@pytest.mark.usefixtures("s3")
def test_what_the_library_costs(alice: User, client: Client) -> None:
    """Each page at each size: a table, and that nothing asks more than twelve times."""
    client.force_login(alice)
    makers = _Library(alice)
    table: dict[str, list[Figures]] = {}
    for size in SIZES:
        started = time.perf_counter()
        makers.grow_to(size)
        print(
            f"\n{connection.vendor}: {size:,} assets made in {time.perf_counter() - started:.0f} s",
            flush=True,
        )
        for name, address in makers.addresses():
            table.setdefault(name, []).append(_measured(client, address))
    _print(table)
    assert max(figures.queries for row in table.values() for figures in row) <= 12


def _measured(client: Client, address: str) -> Figures:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    queries = len(asked)  # before the next request forgets them
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address)
        times.append(1000 * (time.perf_counter() - started))
    return Figures(statistics.median(times), queries)


def _print(table: dict[str, list[Figures]]) -> None:
    heads = "".join(f"{f'{size:,}':>14}{'queries':>9}{'ratio':>7}" for size in SIZES)
    print(f"\n{connection.vendor}, medians in ms{heads}")
    for name, row in table.items():
        cells = "".join(
            f"{cell.milliseconds:14.1f}{cell.queries:9}{cell.milliseconds / row[0].milliseconds:7.2f}"
            for cell in row
        )
        print(f"{name:<26}{cells}")


class _Library:
    """Makes assets in bulk: a fifth kept to projects that alice is no member of, one in fifty archived, one in two
    used; two words of four thousand in each title, six in each description."""

    def __init__(self, alice: User) -> None:
        self.alice, self.other = alice, factories.person("other")
        self.chance = random.Random(7)
        self.words = [self._word() for _ in range(WORDS)]
        self.tags = Tag.objects.bulk_create(
            Tag(name=f"tag {number}", slug=f"tag-{number}") for number in range(TAGS)
        )
        self.mine = factories.project(alice, slug="mine")
        self.projects = [self.mine, *(factories.project(self.other) for _ in range(4))]
        self.covers = MediaFile.objects.bulk_create(self._cover(number) for number in range(COVERS))
        self.made = 0

    def grow_to(self, size: int) -> None:
        """Makes what is missing, and lets the database take stock of it."""
        while self.made < size:
            self._make(min(BATCH, size - self.made))
        own = AssetVersion.objects.filter(asset=OuterRef("pk")).values("pk")
        Asset.objects.filter(current_version=None).update(current_version=Subquery(own))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def addresses(self) -> Iterator[tuple[str, str]]:
        """The pages by name."""
        last = Asset.objects.order_by("-pk").values_list("pk", flat=True)[0]
        far = Place(Sort.NEWEST, None, last - self.made * 9 // 10).cursor()
        handle = Asset.objects.get(pk=last - self.made // 2).handle.lower()
        far_by_name = Place(Sort.NAME, handle, last).cursor()
        two = f"{self.words[0]} {self.words[1]}"
        yield "first page", "/library/"
        yield "a page far down", f"/library/?cursor={far}"
        yield "by name, far down", f"/library/?sort=name&cursor={far_by_name}"
        yield "most used", "/library/?sort=most"
        yield "last used", "/library/?sort=used"
        yield "kind and tag", "/library/?kind=image&tag=tag+3"
        yield "usable as a frame", "/library/?usable=frame"
        yield "in a project", "/library/?project=mine"
        yield "favourites", "/library/?favourite=on"
        yield "one word", f"/library/?q={self.words[5]}"
        yield "two words", f"/library/?q={two}".replace(" ", "+")
        yield "two words, by name", f"/library/?sort=name&q={two}".replace(" ", "+")
        yield "nothing found", "/library/?q=nowhere+tobefound"
        yield "handle autocomplete", "/library/handles/?q=ba&project=mine"
        yield "autocomplete, by words", f"/library/handles/?q={self.words[9][:5]}&project=mine"

    def _make(self, count: int) -> None:
        drawn = [self._asset(self.made + number) for number in range(count)]
        assets = Asset.objects.bulk_create(asset for asset, _ in drawn)
        AssetTag.objects.bulk_create(
            AssetTag(content_object=asset, tag=tag)
            for asset, (_, tags) in zip(assets, drawn, strict=True)
            for tag in tags
        )
        versions = AssetVersion.objects.bulk_create(
            AssetVersion(asset=asset, number=1, created_by=self.alice) for asset in assets
        )
        VersionFile.objects.bulk_create(
            VersionFile(version=version, media=self.covers[0], position=0) for version in versions
        )
        ProjectAsset.objects.bulk_create(
            ProjectAsset(project=self.mine, asset=asset) for asset in assets[1::100]
        )
        Favourite.objects.bulk_create(Favourite(user=self.alice, asset=asset) for asset in assets[2::200])
        self.made += count

    def _asset(self, number: int) -> tuple[Asset, list[Tag]]:
        draw = self.chance
        tags = draw.sample(self.tags, 2)
        kept = number % 5 == 0
        asset = Asset(
            handle=f"{draw.choice(self.words)}_{number}"[:32],
            kind=draw.choice(Asset.Kind.values),
            title=" ".join(draw.sample(self.words, 2)),
            description=" ".join(draw.sample(self.words, 6)),
            home_project=draw.choice(self.projects[1:]) if kept else None,
            is_shared=not kept,
            cover=draw.choice(self.covers),
            created_by=self.other,
            use_count=draw.randrange(50) * (number % 2),
            last_used_at=_moment(draw) if number % 2 else None,
            uses=draw.randrange(64),
            archived_at=_moment(draw) if number % 50 == 0 else None,
        )
        asset.search_text = search_text_of(asset, [tag.name for tag in tags])
        return asset, tags

    def _cover(self, number: int) -> MediaFile:
        name = f"{number:064}"
        return MediaFile(
            sha256=name,
            key=f"media/{name}.png",
            thumbnail_key=f"thumbs/{name}.webp",
            kind="image",
            mime="image/png",
            size=1,
            width=1920,
            height=1080,
        )

    def _word(self) -> str:
        return "".join(self.chance.choice(letters) for letters in (STARTS, VOWELS, ENDS) * 2)


def _moment(draw: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(400_000))
