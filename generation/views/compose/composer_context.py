"""Template context of the composer: the state of each handle, and the request that the model gets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation import gateway
from generation.composition import Composition, Reference
from generation.skyreels import schemas
from generation.templatetags.composition import role_label
from generation.views.compose.curl import request_and_curl
from generation.views.compose.quote import Quote
from generation.views.shared.access import Request
from library import handles, storage
from library.models import Asset

STATES: Mapping[str, Any] = {
    "text": gettext_lazy("sent as text"),
    "unusable": gettext_lazy("cannot be used"),
    "unknown": gettext_lazy("not in the library"),
}
IMAGE_ROLES, VIDEO_ROLES = ("subject", "grid"), ("motion", "extend")


@dataclass(frozen=True)
class Chip:
    """A handle in the prompt or in a frame field, with its state and a description of it."""

    name: str
    state: str
    description: str
    asset: Asset | None

    @property
    def facts(self) -> dict[str, Any]:
        """The data with which the script draws it."""
        asset = self.asset
        key = asset.cover.thumbnail_key if asset and asset.cover else ""
        return {
            "handle": asset.handle if asset else self.name,
            "state": self.state,
            "told": self.description,
            "url": asset.get_absolute_url() if asset else "",
            "thumbnail": storage.signed_url(key) if key else "",
        }


def context(request: Request, quote: Quote) -> dict[str, Any]:
    """Return the chips below the editor, the state for the script, and the request to copy."""
    chips = _chips(request, quote)
    composition = quote.composition
    request_json, curl = request_and_curl(composition) if composition else ("", "")
    in_prompt = {mention.name.lower() for mention in handles.find_handles(quote.form.prompt_typed)}
    return {
        "chips": [chip for name, chip in chips.items() if name in in_prompt],
        "state": json.dumps(_state(composition, chips)),
        "request_json": request_json,
        "curl": curl,
        "clip": _video(composition),
        "ratio_note": _ratio_note(quote),
        "seconds_note": _seconds_note(composition),
        "voiced": _voice_choices(quote),
        "voices": quote.form.roles().voices,
    }


def _chips(request: Request, quote: Quote) -> dict[str, Chip]:
    """Return chips by folded name: the handles of the prompts in order, then those of the frames. One query."""
    mentions = {
        handles.fold(take_request.prompt[found.start : found.end]): found
        for take_request, composition in zip(quote.take_requests, quote.compositions, strict=True)
        for found in composition.mentions
    }
    frames = [name for name in quote.form.roles().frame_handles if handles.is_handle(name)]
    if not mentions and not frames:
        return {}
    visible = Asset.objects.visible_to(request.user).active().select_related("cover")
    assets = list(visible.named(*(found.handle for found in mentions.values()), *frames))
    by_name = {handles.fold(asset.handle): asset for asset in assets}
    roles = _roles(quote.composition)
    chips = {}
    for name, found in mentions.items():
        folded = handles.fold(found.handle)
        description = str(STATES.get(found.state) or roles.get(folded, ""))
        chips[name] = Chip(found.handle, found.state, description, by_name.get(folded))
    for typed in frames:
        asset = by_name.get(handles.fold(typed))
        state = "ok" if asset else "unknown"
        chips.setdefault(handles.fold(typed), Chip(typed, state, str(STATES.get(state, "")), asset))
    return chips


def _roles(composition: Composition | None) -> dict[str, str]:
    """Return the roles of each asset by its folded handle, such as `Keyframe at 4 s`."""
    roles: dict[str, list[str]] = {}
    for found in composition.references if composition else ():
        roles.setdefault(handles.fold(found.handle), []).append(role_label(found))
    return {name: ", ".join(labels) for name, labels in roles.items()}


def _state(composition: Composition | None, chips: Mapping[str, Chip]) -> dict[str, Any]:
    """Return the data for the script: the state of each handle, and what a change of mode would remove."""
    if composition is None:
        return {}
    carried = [found for found in composition.references if found.role in (*IMAGE_ROLES, *VIDEO_ROLES)]
    return {
        "mode": composition.mode,
        "handles": {name: chip.facts for name, chip in chips.items()},
        "carried": [found.handle for found in carried],
        "pictures": [found.handle for found in carried if found.role in IMAGE_ROLES],
    }


def _video(composition: Composition | None) -> Reference | None:
    """Return the video in the request, if any."""
    references = composition.references if composition else ()
    return next((found for found in references if found.role in VIDEO_ROLES), None)


def _ratio_note(quote: Quote) -> str:
    """Return why no aspect ratio can be chosen; empty when it can (skyreels-api.md, section 1)."""
    if quote.composition and quote.composition.mode == schemas.Mode.I2V:
        if quote.form.roles().first:
            return _("Aspect ratio follows the first frame")
        return _("Aspect ratio follows the frames")
    return _("Aspect ratio follows the video") if _video(quote.composition) else ""


def _seconds_note(composition: Composition | None) -> str:
    """Return why no duration can be chosen: a motion reference determines it (section 4)."""
    video = _video(composition)
    if composition is None or video is None or video.role != "motion":
        return ""
    values = {"handle": video.handle, "seconds": composition.billed_seconds}
    return _("As long as @%(handle)s: %(seconds)s s") % values


def _voice_choices(quote: Quote) -> list[Reference]:
    """Return the subjects with a voice if the provider renders this model with sound. Voices that are already selected
    are always included, so that their problem can be shown."""
    composition = quote.composition
    if composition is None:
        return []
    subjects = [found for found in composition.references if found.role == "subject" and found.media("voice")]
    if composition.settings.model in gateway.capabilities().voiced:
        return subjects
    selected = {handles.fold(name) for name in quote.form.roles().voices}
    return [found for found in subjects if handles.fold(found.handle) in selected]
