"""What stands around the machine: the provider, the clock, and the way home of a video."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from generation import gateway
from generation.lifecycle.leases import Lease
from generation.lifecycle.queue import rate_limit
from generation.lifecycle.store import results
from generation.lifecycle.store.download import LinkDead
from generation.lifecycle.store.ssrf import NotPublic
from generation.models import Job
from generation.models.job_codes import Event, EventCode
from generation.skyreels.client import AsyncSkyReelsClient, SkyReelsClient
from library import probe, storage
from tests.generation.lifecycle.model_provider import Clock, Provider, nothing

TROUBLES: dict[str, Exception] = {
    "dead link": LinkDead(),
    "not public": NotPublic("it is not HTTPS"),
    "unreadable": probe.UnreadableMedia(probe.Refusal.TEXT, "video.mp4"),
    "broken off": httpx.ReadError("gone"),
    "bucket full": storage.StorageFailed("no"),
    "disk full": OSError(28, "No space left on device"),
}
STORES = ("taken", *TROUBLES)
FACTS: dict[str, Any] = {
    "sha256": "0" * 64,
    "size": 1000,
    "width": 848,
    "height": 480,
    "seconds": 3.0,
    "fps": 24.0,
    "codec": "h264",
    "has_audio": True,
}


class World:
    """Takes the place of wire, clock and files; `outcome` is what comes of the next video, `before` and `after`
    happen around its way. `runs` counts those that came to their end."""

    runs = 0

    def begin(self, *, honours_keys: bool) -> None:
        """A new provider at the beginning of time."""
        self.clock = Clock()
        self.provider = Provider(self.clock, honours_keys=honours_keys)
        self.outcome = "taken"
        self.before: Callable[[], object] = nothing
        self.after: Callable[[], object] = nothing

    def take_place(self, patch: pytest.MonkeyPatch) -> None:
        """Until the test ends."""
        patch.setattr(settings, "SKYREELS_IDEMPOTENT", True)
        patch.setattr(settings, "SKYREELS_RPM", 60_000)
        patch.setattr(gateway, "client", self._client)
        patch.setattr(gateway, "polling_client", self._polling_client)
        patch.setattr(timezone, "now", lambda: self.clock.now())
        patch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: self.clock.now().timestamp()))
        patch.setattr(results, "_download_and_store", self._download_and_store)

    @contextmanager
    def _client(self) -> Iterator[SkyReelsClient]:
        with httpx.Client(transport=self.provider.transport(), trust_env=False) as http:
            yield SkyReelsClient(http, base_url=settings.SKYREELS_BASE_URL, api_key="key")

    def _polling_client(self) -> tuple[httpx.AsyncClient, AsyncSkyReelsClient]:
        http = httpx.AsyncClient(transport=self.provider.transport(), trust_env=False)
        return http, AsyncSkyReelsClient(http, base_url=settings.SKYREELS_BASE_URL, api_key="key")

    def _download_and_store(self, lease: Lease, job: Job, folder: Path) -> tuple[dict[str, Any], Event]:
        outcome, before, after = self.outcome, self.before, self.after
        self.outcome, self.before, self.after = "taken", nothing, nothing
        before()
        if outcome in TROUBLES:
            raise TROUBLES[outcome]
        after()
        return {
            "key": storage.take_key(job.uuid),
            "poster_key": storage.poster_key(job.uuid),
            **FACTS,
        }, Event(EventCode.STORED)
