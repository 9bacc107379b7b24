"""Again: what the composer starts from when something is to come of a take or a job that is there."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from generation import promotion
from generation.composition import Brief, Keyframe, Roles
from generation.models import Job, Take
from generation.skyreels import schemas
from generation.views.access import Request, take_to_edit
from library.models import Asset, Project

Start = tuple[Brief, Take | None, list[str]]
FINAL_RESOLUTION = schemas.Resolution.P1080
LOST = (
    "It was sent by a program, with files that are not in the library: those are left out here. "
    "Add them to the library to use them again."
)


class How(StrEnum):
    """What is to come of it."""

    AGAIN = "again"
    VARY = "vary"
    FINAL = "final"
    EXTEND = "extend"
    LAST_FRAME = "last-frame"
    KEYFRAME = "keyframe"

    @property
    def needs_asset(self) -> bool:
        """Whether the request names the take, or a frame of it, by a handle."""
        return self in {How.EXTEND, How.LAST_FRAME, How.KEYFRAME}


@require_POST
def again(request: Request, uuid: UUID) -> HttpResponse:
    """Leads to the composer; what has to have a handle for that is put in the library first."""
    take = take_to_edit(request, uuid)
    how = _how(request.POST.get("how", ""))
    if how is None:
        messages.error(request, "Nothing was made: say what is to come of the take by one of the buttons.")
        return redirect(take)
    if not how.needs_asset:
        return redirect(composer_url(take, how))
    try:
        at = _second_of(take, how, request.POST.get("at", ""))
        asset = promotion.reference_to(take, by=request.user, at=at)
    except promotion.CannotPromote as refusal:
        messages.error(request, f"Nothing was made. {refusal}")
        return redirect(take)
    return redirect(composer_url(take, how, asset.promotion.second))


def composer_url(take: Take, how: How, second: float | None = None) -> str:
    """The composer that starts from this take."""
    asked = {"take": take.uuid, "how": how.value} | ({} if second is None else {"at": f"{second:.3f}"})
    return f"{reverse('generation:composer', args=[take.project.slug])}?{urlencode(asked)}"


def start(request: Request, project: Project) -> Start | None:
    """What the composer begins with, from which take, and what to say about it.

    Reads `?take=<uuid>&how=…&at=<seconds>` and `?from=<job>&how=again|vary|final`; None when neither names one of this
    project, and for a draft, which goes on instead.
    """
    how = _how(request.GET.get("how", How.AGAIN))
    if take := _take(request, project):
        return _start(request, take.job, take, how or How.AGAIN)
    if job := _job(request, project):
        return _start(request, job, getattr(job, "take", None), how or How.AGAIN)
    return None


def _start(request: Request, job: Job, take: Take | None, how: How) -> Start:
    brief, name = Brief.of(job), promotion.title_of(take) if take else f"{job}"
    if take and how.needs_asset:
        second = _number(request.GET.get("at", ""))
        asset = promotion.reference_at(take, by=request.user, second=second)
        if asset is None:
            return brief, take, [f"{name} has no handle for that yet: press the button on its page."]
        return _with_asset(brief, asset, second, how), take, [_told(asset, name, how)]
    lost = [LOST] if _has_foreign_files(job) else []
    if how == How.FINAL:
        settings = replace(brief.settings, model=schemas.Model.STD, resolution=FINAL_RESOLUTION)
        said = f"All is as in {name}, in Standard at {FINAL_RESOLUTION}. Look at the price first."
        return replace(brief, settings=settings), take, [said, *lost]
    said = f"References and settings are those of {name}. Change the prompt to get another take."
    return brief, take, [said, *lost] if how == How.VARY else lost


def _has_foreign_files(job: Job) -> bool:
    """Whether a program sent it with addresses of its own, which no handle stands for."""
    media = [value for name, value in (job.plan or {}).items() if name != "prompt"]
    return any(text.startswith(("http:", "https:")) for text in _texts(media))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _with_asset(brief: Brief, asset: Asset, second: float | None, how: How) -> Brief:
    """The brief with the take, or its frame, in its part; frames and voices of before are let go of."""
    if how == How.EXTEND:
        return replace(brief, prompt=f"{asset} ", roles=Roles(clip="extend"))
    if how == How.LAST_FRAME:
        return replace(brief, roles=Roles(first=asset.handle))
    at = round(second or 0)
    fits = 0 < at < brief.settings.duration
    keyframe = Keyframe(asset.handle, at if fits else schemas.UNSPECIFIED_TIME)
    return replace(brief, prompt=f"{brief.prompt.rstrip()} {asset}", roles=Roles(mids=(keyframe,)))


def _told(asset: Asset, name: str, how: How) -> str:
    parts = {
        How.EXTEND: f"{asset} is {name}, and goes on from its end: write what happens next.",
        How.LAST_FRAME: f"{asset} is the last frame of {name}, and the first of the new take.",
        How.KEYFRAME: f"{asset} is a frame of {name}, and a keyframe of the new take.",
    }
    return parts[how]


def _how(text: str) -> How | None:
    return How(text) if text in set(How) else None


def _second_of(take: Take, how: How, typed: str) -> float | None:
    """The second that is asked for; None stands for the whole clip."""
    if how == How.EXTEND:
        return None
    if how == How.LAST_FRAME:
        return take.seconds
    second = _number(typed)
    if second is None:
        raise promotion.CannotPromote("Say at which second the frame is.", "at")
    return second


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _take(request: Request, project: Project) -> Take | None:
    takes = project.takes.select_related("job__shot", "shot", "project")
    uuid = _uuid(request.GET.get("take", ""))
    return takes.filter(uuid=uuid).first() if uuid else None


def _job(request: Request, project: Project) -> Job | None:
    uuid = _uuid(request.GET.get("from", ""))
    jobs = project.jobs.select_related("shot", "take__shot").exclude(status=Job.Status.DRAFT)
    return jobs.filter(uuid=uuid).first() if uuid else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
