"""What programs say about an asset, as the forms of the pages judge it; only the names are shorter here."""

from datetime import date
from typing import Annotated, Any

from django.db import transaction
from pydantic import BeforeValidator, Field, StringConstraints

from generation import lifecycle
from generation.api.authentication import Caller
from generation.api.errors import Conflict, Forbidden, refuse_form
from generation.api.schemas import AnyCase, Kind
from generation.api.strict_json import Asked, AskedInJson
from library import forms, handles, ingest
from library.models import Asset

FORM_NAMES = {"project": "home_project", "shared": "is_shared", "grid": "is_grid"}
API_NAMES = {theirs: ours for ours, theirs in FORM_NAMES.items()}
LARGEST_REVISION = 2**31 - 1
Tag = Annotated[str, StringConstraints(max_length=1000)]
# Text in JSON too; a form sends an empty one for none.
LastDay = Annotated[date | None, Field(strict=False), BeforeValidator(lambda value: value or None)]


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
    rights_end_on: LastDay = Field(None, description="the last day on which it may be used")


class NewAsset(AboutAsset):
    """A new asset, beside its files."""

    handle: str = Field(min_length=1, max_length=100, examples=["Mara"], description="with or without the @")
    kind: Annotated[Kind, AnyCase]


class AssetChanges(AboutAsset, AskedInJson):
    """What is to be different; what is left out stays as it is."""

    handle: str = Field(
        "", max_length=100, description="another handle; the old one keeps resolving, and drafts follow"
    )
    archived: bool = Field(False, description="out of lists and new prompts; false brings it back")
    revision: int | None = Field(
        None, ge=1, le=LARGEST_REVISION, description="what was read; answers 409 if it was edited since"
    )


@transaction.atomic
def write_changes(caller: Caller, asset: Asset, changes: dict[str, Any]) -> None:
    """All that is to be different, or nothing. Raises ApiError."""
    if caller.token.project and changes.get("project", caller.token.project.slug) is None:
        raise Forbidden("This token is for one project, which it cannot take an asset out of.")
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


def form_data(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """The values as the forms of the pages take them; a limited token's asset belongs to its project. Raises NotFound
    and Forbidden for a project."""
    data = {FORM_NAMES.get(name, name): value for name, value in values.items()}
    if "tags" in data:
        data["tags"] = ",".join(data["tags"])
    if "home_project" in data or caller.token.project:
        data["home_project"] = _home(caller, data.get("home_project"))
    return {name: "" if value is None or value is False else value for name, value in data.items()}


def check_free(handle: str, caller: Caller, *, own: Asset | None = None) -> None:
    """Raises Conflict for a handle that another asset has or had."""
    name = handle.removeprefix("@")
    if handles.is_handle(name) and (holder := ingest.holder_of(name, besides=own)):
        raise taken(name, holder, caller)


def taken(handle: str, holder: Asset, caller: Caller) -> Conflict:
    """That another asset has or had the handle; what it is only for those who may see it."""
    told = forms.taken_message(handle.removeprefix("@"), holder, caller.user)
    return Conflict("handle_taken", told, param="handle")


def _home(caller: Caller, slug: str | None) -> int | None:
    if slug:
        return caller.project_to_edit(slug).pk
    return caller.project_to_edit(caller.token.project.slug).pk if caller.token.project else None


def _edited(caller: Caller, asset: Asset, revision: int, changes: dict[str, Any]) -> Asset:
    said = forms.details_of(asset) | {"home_project": asset.home_project_id or ""}
    data = {**said, "revision": revision, **form_data(caller, changes)}
    form = forms.EditForm(data, user=caller.user, asset=asset)
    if not form.is_valid():
        raise refuse_form(form, API_NAMES)
    try:
        return ingest.edit_asset(asset, by=caller.user, revision=revision, **form.details())
    except ingest.StaleEdit as stale:
        raise _stale(stale.current) from None
    except ingest.OwnerNeeded as refusal:
        raise Forbidden(str(refusal)) from None
    except ingest.LinkedElsewhere as error:
        told = forms.link_conflict_text(caller.user, error.projects)
        raise Conflict("linked_elsewhere", told, param="shared") from None


def _rename(caller: Caller, asset: Asset, wished: str, revision: int) -> None:
    check_free(wished, caller, own=asset)
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


def _stale(current: Asset) -> Conflict:
    message = f"{current} was edited meanwhile; it is at revision {current.revision}. Nothing was changed."
    return Conflict("stale_revision", message, param="revision")
