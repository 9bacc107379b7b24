"""The library over the JSON API."""

from typing import Annotated, Literal

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from generation.api.asset_changes import (
    API_NAMES,
    AssetChanges,
    NewAsset,
    apply_changes,
    check_handle_is_free,
    form_data,
    handle_conflict,
)
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import error_responses, form_error
from generation.api.pagination import SIZE, Page, invalid_cursor
from generation.api.schemas import AnyCase, AssetDetails, AssetOut, VersionOut
from library import catalog, forms, ingest
from library.catalog import Sort
from library.catalog.cursors import position_from
from library.forms.files import MAX_FILES
from library.models import Asset

router = Router(tags=["Assets"])
KindFilter = Annotated[Literal["", "character", "image", "video", "audio"], AnyCase]
ANY_KIND = Query("", description="empty: every kind")
Files = Annotated[
    list[UploadedFile],
    File(
        min_length=1,
        max_length=MAX_FILES,
        description="images, one video, one voice recording; the first image is the primary one",
    ),
]


@router.get("", response={200: Page[AssetOut], **error_responses(404, 422)}, summary="List assets")
def list_assets(
    request: ApiRequest,
    q: Annotated[
        str, Query(max_length=200, description="words that all occur in handle, title, tags or text")
    ] = "",
    kind: KindFilter = ANY_KIND,
    tag: Annotated[str, Query(max_length=100)] = "",
    project: Annotated[
        str, Query(max_length=60, description="slug; assets linked to or created in this project")
    ] = "",
    archived: Annotated[bool, Query(description="archived assets instead")] = False,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the previous page")] = "",
) -> Page[AssetOut]:
    """Assets that the token's user may use, newest first."""
    if cursor and position_from(cursor, Sort.NEWEST) is None:
        raise invalid_cursor()
    caller = request.auth
    page = catalog.find_assets(
        caller.user,
        q=q,
        kind=kind,
        tag=tag,
        project=caller.project(project) if project else None,
        usable_in=caller.token.project,
        archived=archived,
        cursor=cursor,
        size=SIZE,
    )
    keys = [asset.pk for asset in page.items]
    # A catalogue page has loaded only the columns of a card.
    whole = Asset.objects.select_related("cover", "current_version", "home_project").in_bulk(keys)
    prefetch_related_objects(list(whole.values()), "tags")
    items = [AssetOut.of(whole[key]) for key in keys if key in whole]
    return Page(items=items, next=page.next_cursor or None)


@router.post(
    "",
    auth=writing,
    response={201: AssetDetails, **error_responses(400, 403, 404, 409, 413, 422, 503)},
    summary="Add an asset",
)
def add_asset(request: ApiRequest, asset: Form[NewAsset], files: Files) -> Status[AssetDetails]:
    """A character has 1 to 5 images and at most one voice recording; other kinds have one file."""
    check_handle_is_free(asset.handle, request.auth)
    data = QueryDict(mutable=True)
    data.update(form_data(request.auth, asset.model_dump()))
    form = forms.AssetForm(data, request.FILES, user=request.auth.user)
    if not form.is_valid():
        raise form_error(form, API_NAMES)
    values = form.cleaned_data
    try:
        made = ingest.create_asset(
            by=form.user,
            handle=values["handle"],
            kind=values["kind"],
            media=form.media_files,
            **form.details(),
        )
    except ingest.HandleTaken as error:
        raise handle_conflict(values["handle"], error.asset, request.auth) from None
    return Status(201, AssetDetails.of(made, may_edit=True))


@router.get("/{handle}", response={200: AssetDetails, **error_responses(404)}, summary="Get an asset")
def get_asset(request: ApiRequest, handle: str) -> AssetDetails:
    """By its handle, with or without the `@`, or an earlier one. Includes archived assets."""
    found = request.auth.asset(handle.removeprefix("@"))
    return AssetDetails.of(found, may_edit=request.auth.may_edit(found))


@router.patch(
    "/{handle}",
    auth=writing,
    response={200: AssetDetails, **error_responses(400, 403, 404, 409, 413, 422)},
    summary="Change an asset",
)
def change_asset(request: ApiRequest, handle: str, changes: AssetChanges) -> AssetDetails:
    """Applies all changes or none. To change files, add a version."""
    caller = request.auth
    asset = caller.asset_to_edit(handle.removeprefix("@"))
    apply_changes(caller, asset, changes.model_dump(exclude_unset=True))
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk), may_edit=True)


@router.delete(
    "/{handle}",
    auth=writing,
    response={200: AssetDetails, **error_responses(403, 404)},
    summary="Archive an asset",
)
def archive_asset(request: ApiRequest, handle: str) -> AssetDetails:
    """Hides it from lists and new prompts; jobs keep it. `PATCH` with `archived: false` restores it."""
    asset = request.auth.asset_to_edit(handle.removeprefix("@"))
    ingest.archive(asset)
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk), may_edit=True)


@router.post(
    "/{handle}/versions",
    auth=writing,
    response={201: VersionOut, **error_responses(400, 403, 404, 413, 422, 503)},
    summary="Add a version",
)
def add_version(
    request: ApiRequest,
    handle: str,
    files: Files,
    note: Annotated[str, Form(max_length=200, description="what changed")] = "",
) -> Status[VersionOut]:
    """The next version consists of these files. Projects without a pinned version use it from now on."""
    asset = request.auth.asset_to_edit(handle.removeprefix("@"))
    data = QueryDict(mutable=True)
    data.update({"note": note})
    form = forms.VersionForm(data, request.FILES, user=request.auth.user, asset=asset)
    if not form.is_valid():
        raise form_error(form)
    made = ingest.add_version(asset, by=form.user, media=form.media_files, note=note)
    return Status(201, VersionOut.of(made))
