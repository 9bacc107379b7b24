"""Again: what the composer starts from when something is to come of a take or a job that is there."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from generation import promotion
from generation.composition import Brief, Keyframe, Roles
from generation.models import Job, Note, Take
from generation.skyreels import schemas
from generation.views.shared.access import Request, take_to_edit, uuid_in
from library.models import Asset, Project

FINAL_RESOLUTION = schemas.Resolution.P1080
FINAL_MODEL = schemas.Model.STD
LOST = (
    "It was sent by a program, with files that are not in the library: those are left out here. "
    "Add them to the library to use them again."
)


class Start(NamedTuple):
    """What the composer begins with: the brief, the take that it came from, what to say, the note that it answers."""

    brief: Brief
    take: Take | None
    notices: list[str]
    answers: Note | None = None


class How(StrEnum):
    """What is to come of it."""

    AGAIN = "again"
    VARY = "vary"
    FINAL = "final"
    EXTEND = "extend"
    LAST_FRAME = "last-frame"
    FROM_HERE = "from-here"
    KEYFRAME = "keyframe"

    @property
    def goes_on(self) -> bool:
        """Whether what comes of it tells what happens next, and is no other try at the same."""
        return self in {How.EXTEND, How.LAST_FRAME, How.FROM_HERE}

    @property
    def needs_asset(self) -> bool:
        """Whether the request names the take, or a frame of it, by a handle."""
        return self.goes_on or self == How.KEYFRAME


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
    project, and for a draft, which goes on instead. A note that the job was made for is answered by another try at it
    too, as long as it is open.
    """
    how = _how(request.GET.get("how", How.AGAIN)) or How.AGAIN
    take = _take(request, project)
    job = take.job if take else _job(request, project)
    if job is None:
        return None
    note = job.for_note
    is_open = note is not None and note.resolved_at is None and note.deleted_at is None
    begun = _start(request, job, take or getattr(job, "take", None), how)
    return begun._replace(answers=note if is_open and not how.goes_on else None)


def _start(request: Request, job: Job, take: Take | None, how: How) -> Start:
    brief, name = Brief.of(job), promotion.title_of(take) if take else f"{job}"
    if take and how.needs_asset:
        second = _number(request.GET.get("at", ""))
        asset = promotion.reference_at(take, by=request.user, second=second)
        if asset is None:
            return Start(brief, take, [f"{name} has no handle for that yet: press the button on its page."])
        return Start(_with_asset(brief, asset, second, how), take, [_told(asset, name, how)])
    lost = left_out(job)
    if how == How.FINAL:
        settings = replace(brief.settings, model=FINAL_MODEL, resolution=FINAL_RESOLUTION)
        said = f"All is as in {name}, in Standard at {FINAL_RESOLUTION}. Look at the price first."
        return Start(replace(brief, settings=settings), take, [said, *lost])
    said = f"References and settings are those of {name}. Change the prompt to get another take."
    return Start(brief, take, [said, *lost] if how == How.VARY else lost)


def context(job: Job, take: Take | None) -> dict[str, Any]:
    """What `_again.html` shows of a job and its take: whether it is as good as can be, and (draft, final) for each
    final that was made of it or that it is. Two queries at most."""
    if not _is_final(job):
        of_it = {"job__model": FINAL_MODEL, "job__resolution": FINAL_RESOLUTION}
        is_approved = take is not None and take.review == Take.Review.APPROVED
        may_have = is_approved and getattr(take, "has_descendants", True)
        made = Take.objects.filter(job__made_from=take, **of_it) if may_have else []
        return {"is_final": False, "finals": [(take, final) for final in made]}
    draft = job.made_from
    return {
        "is_final": True,
        "finals": [(draft, take)] if take and draft and not _is_final(draft.job) else [],
    }


def _is_final(job: Job) -> bool:
    return (job.model, job.resolution) == (FINAL_MODEL, FINAL_RESOLUTION)


def left_out(job: Job) -> list[str]:
    """What to say of a job that a program sent with addresses of its own, which no handle stands for."""
    media = [value for name, value in (job.plan or {}).items() if name != "prompt"]
    return [LOST] if any(text.startswith(("http:", "https:")) for text in _texts(media)) else []


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
    if how.goes_on:
        return replace(brief, roles=Roles(first=asset.handle))
    at = round(second or 0)
    fits = 0 < at < brief.settings.duration
    keyframe = Keyframe(asset.handle, at if fits else schemas.UNSPECIFIED_TIME)
    return replace(brief, prompt=f"{brief.prompt.rstrip()} {asset}", roles=Roles(mids=(keyframe,)))


def _told(asset: Asset, name: str, how: How) -> str:
    parts = {
        How.EXTEND: f"{asset} is {name}, and goes on from its end: write what happens next.",
        How.LAST_FRAME: f"{asset} is the last frame of {name}, and the first of the new take.",
        How.FROM_HERE: f"{asset} is that frame of {name}, and the first of the new take: it goes on from there.",
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
        return take.end
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
    takes = project.takes.select_related("job__shot", "job__for_note__take", "shot", "project")
    uuid = uuid_in(request.GET.get("take", ""))
    return takes.filter(uuid=uuid).first() if uuid else None


def _job(request: Request, project: Project) -> Job | None:
    uuid = uuid_in(request.GET.get("from", ""))
    jobs = project.jobs.select_related("shot", "take__shot", "for_note__take").exclude(
        status=Job.Status.DRAFT
    )
    return jobs.filter(uuid=uuid).first() if uuid else None
