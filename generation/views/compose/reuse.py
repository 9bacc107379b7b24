"""Start the composer from an existing take or job: re-run, vary, finalise, extend, or use a frame."""

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
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from generation import promotion
from generation.composition import Keyframe, Roles, TakeRequest
from generation.models import Job, Note, Take
from generation.skyreels import schemas
from generation.views.shared.access import Request, take_to_edit, uuid_in
from library.models import Asset, Project

FINAL_RESOLUTION = schemas.Resolution.P1080
FINAL_MODEL = schemas.Model.STD


class ComposerStart(NamedTuple):
    """The composer's initial state: the request, the take it is made from, notices, and the note it is for."""

    take_request: TakeRequest
    take: Take | None
    notices: list[str]
    for_note: Note | None = None


class ReuseMode(StrEnum):
    """A way to use a take for the next one."""

    AGAIN = "again"
    VARY = "vary"
    FINAL = "final"
    EXTEND = "extend"
    LAST_FRAME = "last-frame"
    FROM_HERE = "from-here"
    KEYFRAME = "keyframe"

    @property
    def continues(self) -> bool:
        """Return whether the new take shows what happens next instead of being another attempt."""
        return self in {ReuseMode.EXTEND, ReuseMode.LAST_FRAME, ReuseMode.FROM_HERE}

    @property
    def needs_asset(self) -> bool:
        """Return whether the request refers to the take, or a frame of it, by a handle."""
        return self.continues or self == ReuseMode.KEYFRAME


@require_POST
def again(request: Request, uuid: UUID) -> HttpResponse:
    """Redirect to the composer. A video or frame that needs a handle is added to the library first."""
    take = take_to_edit(request, uuid)
    mode = _mode(request.POST.get("how", ""))
    if mode is None:
        messages.error(request, _("Nothing was created. Choose how to use the take."))
        return redirect(take)
    if not mode.needs_asset:
        return redirect(composer_url(take, mode))
    try:
        at = _second_of(take, mode, request.POST.get("at", ""))
        asset = promotion.reference_to(take, by=request.user, at=at)
    except promotion.CannotPromote as refusal:
        messages.error(request, _("Nothing was created. %(reason)s") % {"reason": refusal})
        return redirect(take)
    return redirect(composer_url(take, mode, asset.promotion.second))


def composer_url(take: Take, mode: ReuseMode, second: float | None = None) -> str:
    """Return the URL of the composer that starts from this take."""
    query = {"take": take.uuid, "how": mode.value} | ({} if second is None else {"at": f"{second:.3f}"})
    return f"{reverse('generation:composer', args=[take.project.slug])}?{urlencode(query)}"


def start(request: Request, project: Project) -> ComposerStart | None:
    """Return what the composer starts with at `?take=<uuid>&how=…&at=<seconds>` or `?from=<job>&how=again|vary|final`.

    Return None when neither names a take or job of this project, and for a draft, which is continued instead. If the
    job was for a note that is still open, the new take is for that note too, unless it shows what happens next.
    """
    mode = _mode(request.GET.get("how", ReuseMode.AGAIN)) or ReuseMode.AGAIN
    take = _take(request, project)
    job = take.job if take else _job(request, project)
    if job is None:
        return None
    note = job.for_note
    is_open = note is not None and note.resolved_at is None and note.deleted_at is None
    found = _start(request, job, take or getattr(job, "take", None), mode)
    return found._replace(for_note=note if is_open and not mode.continues else None)


def _start(request: Request, job: Job, take: Take | None, mode: ReuseMode) -> ComposerStart:
    take_request, name = TakeRequest.of(job), promotion.title_of(take) if take else f"{job}"
    if take and mode.needs_asset:
        second = _number(request.GET.get("at", ""))
        asset = promotion.reference_at(take, by=request.user, second=second)
        if asset is None:
            notice = _("%(take)s has no handle for this yet. Use the button on its page.")
            return ComposerStart(take_request, take, [notice % {"take": name}])
        with_asset = _with_asset(take_request, asset, second, mode)
        return ComposerStart(with_asset, take, [_asset_notice(asset, name, mode)])
    lost = external_file_notices(job)
    if mode == ReuseMode.FINAL:
        settings = replace(take_request.settings, model=FINAL_MODEL, resolution=FINAL_RESOLUTION)
        notice = _("Same as %(take)s, with the Standard model at %(resolution)s. Check the price first.")
        values = {"take": name, "resolution": FINAL_RESOLUTION}
        return ComposerStart(replace(take_request, settings=settings), take, [notice % values, *lost])
    if mode == ReuseMode.VARY:
        notice = _("References and settings are those of %(take)s. Change the prompt to get another take.")
        return ComposerStart(take_request, take, [notice % {"take": name}, *lost])
    return ComposerStart(take_request, take, lost)


def reuse_options(job: Job, take: Take | None) -> dict[str, Any]:
    """Return the context of `_reuse.html`: the query that names the take or job, whether the job is final, and
    (draft, final) for each final that was made from its take, or for itself. At most two queries."""
    source = f"take={take.uuid}" if take else f"from={job.uuid}"
    if not _is_final(job):
        final = {"job__model": FINAL_MODEL, "job__resolution": FINAL_RESOLUTION}
        is_approved = take is not None and take.review == Take.Review.APPROVED
        may_have_finals = is_approved and getattr(take, "has_descendants", True)
        finals = Take.objects.filter(job__made_from=take, **final) if may_have_finals else []
        return {"source": source, "is_final": False, "finals": [(take, final) for final in finals]}
    draft = job.made_from
    return {
        "source": source,
        "is_final": True,
        "finals": [(draft, take)] if take and draft and not _is_final(draft.job) else [],
    }


def _is_final(job: Job) -> bool:
    return (job.model, job.resolution) == (FINAL_MODEL, FINAL_RESOLUTION)


def external_file_notices(job: Job) -> list[str]:
    """Return a notice if an API client sent the job with its own URLs, which no handle represents."""
    media = [value for name, value in (job.plan or {}).items() if name != "prompt"]
    if not any(text.startswith(("http:", "https:")) for text in _texts(media)):
        return []
    return [
        _(
            "This job was submitted through the API with files that are not in the library. They are left out here; "
            "add them to the library to use them again."
        )
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _with_asset(
    take_request: TakeRequest, asset: Asset, second: float | None, mode: ReuseMode
) -> TakeRequest:
    """Return the request with the take or its frame in its role; earlier frames and voices are removed."""
    if mode == ReuseMode.EXTEND:
        return replace(take_request, prompt=f"{asset} ", roles=Roles(clip="extend"))
    if mode.continues:
        return replace(take_request, roles=Roles(first=asset.handle))
    at = round(second or 0)
    fits = 0 < at < take_request.settings.duration
    keyframe = Keyframe(asset.handle, at if fits else schemas.UNSPECIFIED_TIME)
    prompt = f"{take_request.prompt.rstrip()} {asset}"
    return replace(take_request, prompt=prompt, roles=Roles(mids=(keyframe,)))


def _asset_notice(asset: Asset, take: str, mode: ReuseMode) -> str:
    notices = {
        ReuseMode.EXTEND: _("%(asset)s is %(take)s. Describe what happens after its end."),
        ReuseMode.LAST_FRAME: _("%(asset)s is the last frame of %(take)s and the first of the new take."),
        ReuseMode.FROM_HERE: _("%(asset)s is a frame of %(take)s and the first of the new take."),
        ReuseMode.KEYFRAME: _("%(asset)s is a frame of %(take)s and a keyframe of the new take."),
    }
    return notices[mode] % {"asset": asset, "take": take}


def _mode(text: str) -> ReuseMode | None:
    return ReuseMode(text) if text in set(ReuseMode) else None


def _second_of(take: Take, mode: ReuseMode, typed: str) -> float | None:
    """Return the requested second; None for the whole video."""
    if mode == ReuseMode.EXTEND:
        return None
    if mode == ReuseMode.LAST_FRAME:
        return take.end
    second = _number(typed)
    if second is None:
        raise promotion.CannotPromote(_("Enter the second of the frame."), "at")
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
