"""Takes in the JSON API."""

from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Query, Router, Status
from pydantic import Field

from generation import promotion
from generation.api.asset_changes import Tag, handle_conflict
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Forbidden, Invalid, error_responses, over_quota
from generation.api.job_schemas import ReviewState, TakeOut
from generation.api.pagination import Page, paginate
from generation.api.schemas import AssetDetails
from generation.api.strict_json import StrictJsonSchema
from library import ingest
from library.forms import parse_tags
from library.models import Asset, Project

router = Router(tags=["Takes"])


class PromoteIn(StrictJsonSchema):
    """The asset to create from a take."""

    handle: str = Field(min_length=1, max_length=100, examples=["harbour_dusk"])
    title: str = Field("", max_length=120)
    tags: list[Tag] = Field([], max_length=20)
    at: float | None = Field(
        None, ge=0, le=3600, description="the frame at this second; null: the whole video"
    )
    shared: bool = Field(False, description="usable in all projects; otherwise only in the take's project")


@router.get("", response={200: Page[TakeOut], **error_responses(404, 422)}, summary="List takes")
def list_takes(
    request: ApiRequest,
    project: Annotated[str, Query(max_length=60, description="slug")] = "",
    shot: Annotated[str, Query(max_length=20, description="code")] = "",
    review: Annotated[ReviewState | None, Query(description="takes in this state")] = None,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the previous page")] = "",
) -> Page[TakeOut]:
    """All takes, newest first."""
    rows = request.auth.takes.select_related("job", "project", "shot")
    if project:
        rows = rows.filter(project=request.auth.project(project))
    if shot:
        rows = rows.filter(shot__code=shot)
    if review:
        rows = rows.filter(review=review)
    items, following = paginate(rows, cursor)
    return Page(items=[TakeOut.of(take) for take in items], next=following)


@router.get("/{uuid:uuid}", response={200: TakeOut, **error_responses(404)}, summary="Get a take")
def get_take(request: ApiRequest, uuid: UUID) -> TakeOut:
    """A take with URLs of its video."""
    return TakeOut.of(request.auth.take(uuid))


@router.post(
    "/{uuid:uuid}/promote",
    auth=writing,
    response={201: AssetDetails, **error_responses(400, 403, 404, 409, 413, 422, 503)},
    summary="Save a take to the library",
)
def promote_take(request: ApiRequest, uuid: UUID, asset: PromoteIn) -> Status[AssetDetails]:
    """Saves the video or one frame. Repeating it with the same handle returns the existing asset."""
    caller = request.auth
    take = caller.take(uuid)
    if not Project.objects.editable_by(caller.user).filter(pk=take.project_id).exists():
        raise Forbidden("You have read-only access to the project of this take.")
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
        raise handle_conflict(handle, error.asset, caller) from None
    return Status(
        201, AssetDetails.of(Asset.objects.for_cards().get(pk=made.pk), may_edit=request.auth.may_edit(made))
    )


def _tags(wanted: list[str]) -> list[str]:
    try:
        return parse_tags(",".join(wanted))
    except ValidationError as error:
        raise Invalid("tags", " ".join(error.messages)) from None
