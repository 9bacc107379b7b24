"""Takes over the JSON API."""

from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Query, Router, Status
from pydantic import Field

from generation import promotion
from generation.api.asset_changes import Tag, taken
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Forbidden, Invalid, answers, over_quota
from generation.api.job_schemas import ReviewState, TakeShape
from generation.api.pagination import Listed, piece_of
from generation.api.schemas import AssetDetails
from generation.api.strict_json import AskedInJson
from library import ingest
from library.forms import parse_tags
from library.models import Asset, Project

router = Router(tags=["Takes"])


class Promoted(AskedInJson):
    """The asset that a take becomes."""

    handle: str = Field(min_length=1, max_length=100, examples=["harbour_dusk"])
    title: str = Field("", max_length=120)
    tags: list[Tag] = Field([], max_length=20)
    at: float | None = Field(
        None, ge=0, le=3600, description="the frame at this second; null: the whole clip"
    )
    shared: bool = Field(False, description="everyone may use it; otherwise the take's project alone")


@router.get("", response={200: Listed[TakeShape], **answers(404, 422)}, summary="List takes")
def list_takes(
    request: ApiRequest,
    project: Annotated[str, Query(max_length=60, description="slug")] = "",
    shot: Annotated[str, Query(max_length=20, description="code")] = "",
    review: Annotated[ReviewState | None, Query(description="those that stand there")] = None,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the piece before")] = "",
) -> Listed[TakeShape]:
    """What was brought home, the newest first."""
    rows = request.auth.takes.select_related("job", "project", "shot")
    if project:
        rows = rows.filter(project=request.auth.project(project))
    if shot:
        rows = rows.filter(shot__code=shot)
    if review:
        rows = rows.filter(review=review)
    items, following = piece_of(rows, cursor)
    return Listed(items=[TakeShape.of(take) for take in items], next=following)


@router.get("/{uuid:uuid}", response={200: TakeShape, **answers(404)}, summary="One take")
def get_take(request: ApiRequest, uuid: UUID) -> TakeShape:
    """A take with addresses to play and to keep it."""
    return TakeShape.of(request.auth.take(uuid))


@router.post(
    "/{uuid:uuid}/promote",
    auth=writing,
    response={201: AssetDetails, **answers(400, 403, 404, 409, 413, 422, 503)},
    summary="Make an asset of a take",
)
def promote_take(request: ApiRequest, uuid: UUID, asset: Promoted) -> Status[AssetDetails]:
    """The clip, or one frame of it. The same asked for again under the same handle is the asset made before."""
    caller = request.auth
    take = caller.take(uuid)
    if not Project.objects.editable_by(caller.user).filter(pk=take.project_id).exists():
        raise Forbidden("In the project of this take you may look, not make things.")
    handle = asset.handle.removeprefix("@")
    try:
        made = promotion.promote(
            take,
            by=caller.user,
            handle=handle,
            title=asset.title,
            tags=_tags(asset.tags),
            at=asset.at,
            is_shared=asset.shared,
        )
    except promotion.NoRoom as refusal:
        raise over_quota(str(refusal)) from None
    except promotion.CannotPromote as refusal:
        raise Invalid(refusal.field, str(refusal)) from None
    except ingest.HandleTaken as error:
        raise taken(handle, error.asset, caller) from None
    return Status(
        201, AssetDetails.of(Asset.objects.for_cards().get(pk=made.pk), may_edit=request.auth.may_edit(made))
    )


def _tags(wished: list[str]) -> list[str]:
    try:
        return parse_tags(",".join(wished))
    except ValidationError as error:
        raise Invalid("tags", " ".join(error.messages)) from None
