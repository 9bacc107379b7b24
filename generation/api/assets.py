"""The library over the JSON API. The rules are those of the pages' forms; only the names are shorter here."""

from datetime import date
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from generation import lifecycle
from generation.api.border import Asked
from generation.api.callers import ApiRequest, Caller, writing
from generation.api.errors import Conflict, Forbidden, Invalid, answers, refuse_form
from generation.api.paging import SIZE, Listed, unknown_cursor
from generation.api.shapes import AssetDetails, AssetShape, Kind, VersionShape
from library import catalog, forms, ingest
from library.catalog import Sort
from library.catalog.cursors import place_of
from library.forms.files import MAX_FILES
from library.models import Asset

router = Router(tags=["Assets"])
FORM_NAMES = {"project": "home_project", "shared": "is_shared", "grid": "is_grid"}
API_NAMES = {theirs: ours for ours, theirs in FORM_NAMES.items()}
KindAsked = Literal["", "character", "image", "video", "audio"]
LARGEST_REVISION = 2**31 - 1
Files = Annotated[
    list[UploadedFile],
    File(max_length=MAX_FILES, description="pictures, one clip, one recording; the first picture is primary"),
]
Tag = Annotated[str, StringConstraints(max_length=1000)]


class AboutAsset(Asked):
    """What can be said about an asset."""

    title: str = Field("", max_length=120)
    description: str = Field("", max_length=4000)
    tags: list[Tag] = Field([], max_length=100, description="a tag each, or several with commas between them")
    project: str | None = Field(None, max_length=60, description="slug of the project that it belongs to")
    shared: bool = Field(True, description="everyone may use it; otherwise its project alone")
    grid: bool = Field(False, description="one picture with several views; for kind `image`")
    licence: str = Field("", max_length=120)
    source: str = Field("", max_length=200)
    consent_note: str = Field("", max_length=4000)
    rights_end_on: date | None = Field(None, description="the last day on which it may be used")


class NewAsset(AboutAsset):
    """A new asset, beside its files."""

    handle: str = Field(min_length=1, max_length=100, examples=["Mara"], description="with or without the @")
    kind: Kind


class AssetChanges(AboutAsset):
    """What is to be different; what is left out stays as it is."""

    handle: str = Field(
        "", max_length=100, description="another handle; the old one keeps resolving, and drafts follow"
    )
    archived: bool = Field(False, description="out of lists and new prompts; false brings it back")
    revision: int | None = Field(
        None, ge=1, le=LARGEST_REVISION, description="what was read; answers 409 if it was edited since"
    )


@router.get("", response={200: Listed[AssetShape], **answers(404, 422)}, summary="Find assets")
def list_assets(
    request: ApiRequest,
    q: Annotated[str, Query(max_length=200, description="words, each in handle, title, tags, text")] = "",
    kind: Annotated[KindAsked, Query(description="empty: every kind")] = "",
    tag: Annotated[str, Query(max_length=100)] = "",
    project: Annotated[str, Query(max_length=60, description="slug: linked there, or at home there")] = "",
    archived: Annotated[bool, Query(description="the archived ones instead")] = False,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the piece before")] = "",
) -> Listed[AssetShape]:
    """The assets that this token's person may use, the newest first."""
    if cursor and place_of(cursor, Sort.NEWEST) is None:
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
    response={201: AssetDetails, **answers(400, 403, 404, 413, 422, 503)},
    summary="Add an asset",
)
def add_asset(request: ApiRequest, asset: Form[NewAsset], files: Files) -> Status[AssetDetails]:
    """A character is 1 to 5 pictures and at most one recording of its voice; the others are one file each."""
    data = QueryDict(mutable=True)
    data.update(_form_data(request.auth, asset.model_dump()))
    form = forms.AssetForm(data, request.FILES, user=request.auth.user)
    if not form.is_valid():
        raise refuse_form(form, API_NAMES)
    values = form.cleaned_data
    try:
        made = ingest.create_asset(
            by=form.user, handle=values["handle"], kind=values["kind"], media=form.media_files, **form.about()
        )
    except ingest.HandleTaken as error:
        raise taken(values["handle"], error.asset, request.auth) from None
    return Status(201, AssetDetails.of(made))


@router.get("/{handle}", response={200: AssetDetails, **answers(404)}, summary="One asset")
def get_asset(request: ApiRequest, handle: str) -> AssetDetails:
    """By its handle, with or without the `@`, or by an earlier one; archived ones too."""
    return AssetDetails.of(request.auth.asset(handle.removeprefix("@")))


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
    with transaction.atomic():
        _write(caller, asset, changes.model_dump(exclude_unset=True))
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk))


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
    return AssetDetails.of(Asset.objects.for_cards().get(pk=asset.pk))


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


def _form_data(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """The values as the forms of the pages take them; a limited token's asset belongs to its project. Raises NotFound
    and Forbidden for a project."""
    data = {FORM_NAMES.get(name, name): value for name, value in values.items()}
    if "tags" in data:
        data["tags"] = ",".join(data["tags"])
    if "home_project" in data or caller.token.project:
        data["home_project"] = _home(caller, data.get("home_project"))
    return {name: "" if value is None or value is False else value for name, value in data.items()}


def _home(caller: Caller, slug: str | None) -> int | None:
    if slug:
        return caller.project_to_edit(slug).pk
    return caller.project_to_edit(caller.token.project.slug).pk if caller.token.project else None


def _write(caller: Caller, asset: Asset, changes: dict[str, Any]) -> None:
    revision = changes.pop("revision", None) or asset.revision
    wished = changes.pop("handle", "")
    archived = changes.pop("archived", None)
    current = _edited(caller, asset, revision, changes) if changes else asset
    if wished and wished.removeprefix("@") != asset.handle:
        _rename(caller, current, wished, revision if current is asset else current.revision)
    elif not changes and revision != asset.revision:
        raise _stale(asset)
    if archived is not None:
        (ingest.archive if archived else ingest.unarchive)(asset)


def _edited(caller: Caller, asset: Asset, revision: int, changes: dict[str, Any]) -> Asset:
    said = forms.about(asset) | {"home_project": asset.home_project_id or ""}
    data = {**said, "revision": revision, **_form_data(caller, changes)}
    form = forms.EditForm(data, user=caller.user, asset=asset)
    if not form.is_valid():
        raise refuse_form(form, API_NAMES)
    try:
        return ingest.edit_asset(asset, by=caller.user, revision=revision, **form.about())
    except ingest.StaleEdit as stale:
        raise _stale(stale.current) from None
    except ingest.OwnerNeeded as refusal:
        raise Forbidden(str(refusal)) from None
    except ingest.LinkedElsewhere as error:
        told = forms.links_told(caller.user, error.projects)
        raise Conflict("linked_elsewhere", told, param="shared") from None


def _rename(caller: Caller, asset: Asset, wished: str, revision: int) -> None:
    form = forms.RenameForm({"handle": wished, "revision": revision}, user=caller.user, asset=asset)
    if not form.is_valid():
        raise refuse_form(form)
    try:
        renamed, old = ingest.rename(asset, handle=form.cleaned_data["handle"], revision=revision)
    except ingest.HandleTaken as error:
        raise taken(wished, error.asset, caller) from None
    except ingest.StaleEdit as stale:
        raise _stale(stale.current) from None
    lifecycle.rewrite_drafts(old, renamed.handle)


def taken(handle: str, holder: Asset, caller: Caller) -> Invalid:
    """That another asset has or had the handle; what it is only for those who may see it."""
    return Invalid("handle", forms.taken_message(handle.removeprefix("@"), holder, caller.user))


def _stale(current: Asset) -> Conflict:
    message = f"{current} was edited meanwhile; it is at revision {current.revision}. Nothing was changed."
    return Conflict("stale_revision", message, param="revision")
