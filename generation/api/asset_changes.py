"""Create and change assets through the API, validated by the forms of the pages; only field names differ."""

from datetime import date
from typing import Annotated, Any

from django.db import transaction
from pydantic import BeforeValidator, Field, StringConstraints

from generation import lifecycle
from generation.api.authentication import Caller
from generation.api.errors import Conflict, Forbidden, form_error
from generation.api.schemas import AnyCase, Kind
from generation.api.strict_json import StrictJsonSchema, StrictSchema
from library import forms, handles, ingest
from library.models import Asset

FORM_NAMES = {"project": "home_project", "shared": "is_shared", "grid": "is_grid"}
API_NAMES = {theirs: ours for ours, theirs in FORM_NAMES.items()}
MAX_REVISION = 2**31 - 1
Tag = Annotated[str, StringConstraints(max_length=1000)]
# A string in JSON too; a form sends an empty string for none.
LastDay = Annotated[date | None, Field(strict=False), BeforeValidator(lambda value: value or None)]


class AssetFields(StrictSchema):
    """The editable details of an asset."""

    title: str = Field("", max_length=120)
    description: str = Field("", max_length=4000)
    tags: list[Tag] = Field(
        [], max_length=100, description="one tag per entry, or several separated by commas"
    )
    project: str | None = Field(None, max_length=60, description="slug of its home project")
    shared: bool = Field(True, description="usable in all projects; otherwise only in its home project")
    grid: bool = Field(False, description="a multi-view sheet; for kind `image`")
    licence: str = Field("", max_length=120)
    source: str = Field("", max_length=200)
    consent_note: str = Field("", max_length=4000)
    rights_end_on: LastDay = Field(None, description="the last day on which it may be used")


class NewAsset(AssetFields):
    """A new asset, sent together with its files."""

    handle: str = Field(min_length=1, max_length=100, examples=["Mara"], description="with or without the @")
    kind: Annotated[Kind, AnyCase]


class AssetChanges(AssetFields, StrictJsonSchema):
    """Changes to an asset; omitted fields keep their value."""

    handle: str = Field(
        "", max_length=100, description="a new handle; the old one remains valid, and drafts are updated"
    )
    archived: bool = Field(False, description="hidden from lists and new prompts; false restores it")
    revision: int | None = Field(
        None,
        ge=1,
        le=MAX_REVISION,
        description="the revision that was read; 409 if the asset was edited since",
    )


@transaction.atomic
def apply_changes(caller: Caller, asset: Asset, changes: dict[str, Any]) -> None:
    """Apply all changes, or none. Raise ApiError."""
    if caller.token.project and changes.get("project", caller.token.project.slug) is None:
        raise Forbidden("This token is limited to one project and cannot move an asset out of it.")
    revision = changes.pop("revision", None) or asset.revision
    wanted = changes.pop("handle", "")
    archived = changes.pop("archived", None)
    current = _edited(caller, asset, revision, changes) if changes else asset
    if wanted and wanted.removeprefix("@") != asset.handle:
        _rename(caller, current, wanted, revision if current is asset else current.revision)
    elif not changes and revision != asset.revision:
        raise _stale(asset)
    if archived is not None:
        (ingest.archive if archived else ingest.unarchive)(asset)


def form_data(caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as the forms of the pages expect them; an asset of a limited token belongs to its project.

    Raise NotFound or Forbidden for a project.
    """
    data = {FORM_NAMES.get(name, name): value for name, value in values.items()}
    if "tags" in data:
        data["tags"] = ",".join(data["tags"])
    if "home_project" in data or caller.token.project:
        data["home_project"] = _home(caller, data.get("home_project"))
    return {name: "" if value is None or value is False else value for name, value in data.items()}


def check_handle_is_free(handle: str, caller: Caller, *, own: Asset | None = None) -> None:
    """Raise Conflict for a handle that another asset has or had."""
    name = handle.removeprefix("@")
    if handles.is_handle(name) and (holder := ingest.holder_of(name, besides=own)):
        raise handle_conflict(name, holder, caller)


def handle_conflict(handle: str, holder: Asset, caller: Caller) -> Conflict:
    """Return the conflict of a handle that is in use; the asset is named only if the caller may see it."""
    message = forms.taken_message(handle.removeprefix("@"), holder, caller.user)
    return Conflict("handle_taken", message, param="handle")


def _home(caller: Caller, slug: str | None) -> int | None:
    if slug:
        return caller.project_to_edit(slug).pk
    return caller.project_to_edit(caller.token.project.slug).pk if caller.token.project else None


def _edited(caller: Caller, asset: Asset, revision: int, changes: dict[str, Any]) -> Asset:
    current = forms.details_of(asset) | {"home_project": asset.home_project_id or ""}
    data = {**current, "revision": revision, **form_data(caller, changes)}
    form = forms.EditForm(data, user=caller.user, asset=asset)
    if not form.is_valid():
        raise form_error(form, API_NAMES)
    try:
        return ingest.edit_asset(asset, by=caller.user, revision=revision, **form.details())
    except ingest.StaleEdit as stale:
        raise _stale(stale.current) from None
    except ingest.OwnerNeeded as refusal:
        raise Forbidden(str(refusal)) from None
    except ingest.LinkedElsewhere as error:
        message = forms.link_conflict_text(caller.user, error.projects)
        raise Conflict("linked_elsewhere", message, param="shared") from None


def _rename(caller: Caller, asset: Asset, wanted: str, revision: int) -> None:
    check_handle_is_free(wanted, caller, own=asset)
    form = forms.RenameForm({"handle": wanted, "revision": revision}, user=caller.user, asset=asset)
    if not form.is_valid():
        raise form_error(form)
    try:
        renamed, old = ingest.rename(asset, handle=form.cleaned_data["handle"], revision=revision)
    except ingest.HandleTaken as error:
        raise handle_conflict(wanted, error.asset, caller) from None
    except ingest.StaleEdit as stale:
        raise _stale(stale.current) from None
    lifecycle.rewrite_drafts(old, renamed.handle)


def _stale(current: Asset) -> Conflict:
    message = f"{current} was edited in the meantime and is now at revision {current.revision}. Nothing was changed."
    return Conflict("stale_revision", message, param="revision")
