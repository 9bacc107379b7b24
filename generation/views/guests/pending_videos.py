"""Poll on guest pages until the copies of videos for the link are ready, and then reload the page.

No form is shown in the meantime, so a reload loses no input.
"""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from generation.reviews.sharing.link_videos import GuestVideo

POLL_PARAMETER = "ready"


def polling_context(videos: Iterable[GuestVideo]) -> dict[str, Any]:
    """Return the context of a page that shows the progress and polls."""
    videos = list(videos)
    return {
        "is_preparing": any(video.is_pending for video in videos),
        "has_failed_videos": any(video.has_failed for video in videos),
        "ready_count": _count_ready(videos),
    }


def is_poll(request: HttpRequest) -> bool:
    """Return whether this request is a poll of a waiting page."""
    return request.method == "GET" and POLL_PARAMETER in request.GET


def poll_response(request: HttpRequest, videos: Iterable[GuestVideo]) -> HttpResponse:
    """Return 204 until more videos are ready than the page shows, then make the browser reload it."""
    videos = list(videos)
    is_same = request.GET[POLL_PARAMETER] == str(_count_ready(videos)) and any(
        video.is_pending for video in videos
    )
    return HttpResponse(status=204) if is_same else HttpResponseClientRefresh()


def _count_ready(videos: Iterable[GuestVideo]) -> int:
    return sum(video.is_ready for video in videos)
