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
    check_free,
    form_data,
    taken,
    write_changes,
)
from generation.api.authentication import ApiRequest, writing
from generation.api.errors import answers, refuse_form
from generation.api.pagination import SIZE, Listed, unknown_cursor
from generation.api.schemas import AnyCase, AssetDetails, AssetShape, VersionShape
from library import catalog, forms, ingest
from library.catalog import Sort
from library.catalog.cursors import position_from
from library.forms.files import MAX_FILES
from library.models import Asset

router = Router(tags=["Assets"])
KindAsked = Annotated[Literal["", "character", "image", "video", "audio"], AnyCase]
ANY_KIND = Query("", description="empty: every kind")
Files = Annotated[
    list[UploadedFile],
    File(
        min_length=1,
        max_length=MAX_FILES,
        description="pictures, one clip, one recording; the first picture is primary",
    ),
]


@router.get("", response={200: Listed[AssetShape], **answers(404, 422)}, summary="Find assets")
def list_assets(
    request: ApiRequest,
    q: Annotated[str, Query(max_length=200, description="words, each in handle, title, tags, text")] = "",
    kind: KindAsked = ANY_KIND,
    tag: Annotated[str, Query(max_length=100)] = "",
    project: Annotated[str, Query(max_length=60, description="slug: linked there, or at home there")] = "",
    archived: Annotated[bool, Query(description="the archived ones instead")] = False,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the piece before")] = "",
) -> Listed[AssetShape]:
    """The assets that this token's person may use, the newest first."""
    if cursor and position_from(cursor, Sort.NEWEST) is None:
        raise unknown_cursor()
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
    # A page of the catalogue has read only what a card shows.
    whole = Asset.objects.select_related("cover", "current_version", "home_project").in_bulk(keys)
    prefetch_related_objects(list(whole.values()), "tags")
    items = [AssetShape.of(whole[key]) for key in keys if key in whole]
    return Listed(items=items, next=page.next_cursor or None)


@router.post(
    "",
    auth=writing,
    response={201: AssetDetails, **answers(400, 403, 404, 409, 413, 422, 503)},
    summary="Add an asset",
)
def add_asset(request: ApiRequest, asset: Form[NewAsset], files: Files) -> Status[AssetDetails]:
    """A character is 1 to 5 pictures and at most one recording of its voice; the others are one file each."""
    check_free(asset.handle, request.auth)
    data = QueryDict(mutable=True)
    data.update(form_data(request.auth, asset.model_dump()))
    form = forms.AssetForm(data, request.FILES, user=request.auth.user)
    if not form.is_valid():
        raise refuse_form(form, API_NAMES)
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
        raise taken(values["handle"], error.asset, request.auth) from None
    return Status(201, AssetDetails.of(made, may_edit=True))


@router.get("/{handle}", response={200: AssetDetails, **answers(404)}, summary="One asset")
def get_asset(request: ApiRequest, handle: str) -> AssetDetails:
    """By its handle, with or without the `@`, or by an earlier one; archived ones too."""
    found = request.auth.asset(handle.removeprefix("@"))
    return AssetDetails.of(found, may_edit=request.auth.may_edit(found))


@router.patch(
    "/{handle}",
    auth=writing,
    response={200: AssetDetails, **answers(400, 403, 404, 409, 413, 422)},
    summary="Change an asset",
)
def change_asset(request: ApiRequest, handle: str, changes: AssetChanges) -> AssetDetails:
    """All changes together, or none. Its files are changed by a new version."""
    caller = request.auth
    asset = caller.asset_to_edit(handle.removeprefix("@"))
    write_changes(caller, asset, changes.model_dump(exclude_unset=True))
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk), may_edit=True)


@router.delete(
    "/{handle}",
    auth=writing,
    response={200: AssetDetails, **answers(403, 404)},
    summary="Archive an asset",
)
def archive_asset(request: ApiRequest, handle: str) -> AssetDetails:
    """Out of lists and new prompts; jobs keep what they used. `PATCH` with `archived: false` brings it back."""
    asset = request.auth.asset_to_edit(handle.removeprefix("@"))
    ingest.archive(asset)
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk), may_edit=True)


@router.post(
    "/{handle}/versions",
    auth=writing,
    response={201: VersionShape, **answers(400, 403, 404, 413, 422, 503)},
    summary="Give an asset new files",
)
def add_version(
    request: ApiRequest,
    handle: str,
    files: Files,
    note: Annotated[str, Form(max_length=200, description="what is new")] = "",
) -> Status[VersionShape]:
    """The next version consists of these files. Projects that follow the asset use it from now on."""
    asset = request.auth.asset_to_edit(handle.removeprefix("@"))
    data = QueryDict(mutable=True)
    data.update({"note": note})
    form = forms.VersionForm(data, request.FILES, user=request.auth.user, asset=asset)
    if not form.is_valid():
        raise refuse_form(form)
    made = ingest.add_version(asset, by=form.user, media=form.media_files, note=note)
    return Status(201, VersionShape.of(made))
