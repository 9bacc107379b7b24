"""How the composer shows what a prompt's handles have become, and what the model gets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation import gateway
from generation.composition import Composition, Reference
from generation.skyreels import schemas
from generation.templatetags.parts import part_told
from generation.views.compose.curl import request_and_curl
from generation.views.compose.quote import Quote
from generation.views.shared.access import Request
from library import handles, storage
from library.models import Asset

STATES = {
    "text": "stays text",
    "unusable": "cannot be sent",
    "unknown": "not in the library",
}
SUBJECTS, CLIPS = ("subject", "grid"), ("motion", "extend")


@dataclass(frozen=True)
class Chip:
    """A handle that is named in the prompt or as a frame, as written there, and what became of it."""

    name: str
    state: str
    told: str
    asset: Asset | None

    @property
    def facts(self) -> dict[str, Any]:
        """What the page's script draws it with."""
        asset = self.asset
        key = asset.cover.thumbnail_key if asset and asset.cover else ""
        return {
            "handle": asset.handle if asset else self.name,
            "state": self.state,
            "told": self.told,
            "url": asset.get_absolute_url() if asset else "",
            "thumbnail": storage.signed_url(key) if key else "",
        }


def context(request: Request, quote: Quote) -> dict[str, Any]:
    """For the templates: the chips under the editor, the state for the page's script, the request to copy."""
    chips = _chips(request, quote)
    composition = quote.composition
    request_json, curl = request_and_curl(composition) if composition else ("", "")
    in_prompt = {mention.name.lower() for mention in handles.find_handles(quote.form.prompt_typed)}
    return {
        "chips": [chip for name, chip in chips.items() if name in in_prompt],
        "state": json.dumps(_state(composition, chips)),
        "request_json": request_json,
        "curl": curl,
        "clip": _clip(composition),
        "ratio_note": _ratio_note(quote),
        "seconds_note": _seconds_note(composition),
        "voiced": _voiced(quote),
        "voices": quote.form.roles().voices,
    }


def _chips(request: Request, quote: Quote) -> dict[str, Chip]:
    """Folded name -> what became of it: the handles of the prompts in order, then those of the frames. One query."""
    mentions = {
        handles.fold(brief.prompt[found.start : found.end]): found
        for brief, composition in zip(quote.briefs, quote.compositions, strict=True)
        for found in composition.mentions
    }
    frames = [name for name in quote.form.roles().named if handles.is_handle(name)]
    if not mentions and not frames:
        return {}
    seen = Asset.objects.visible_to(request.user).active().select_related("cover")
    assets = list(seen.named(*(found.handle for found in mentions.values()), *frames))
    by_name = {handles.fold(asset.handle): asset for asset in assets}
    parts = _parts(quote.composition)
    chips = {}
    for name, found in mentions.items():
        asset = by_name.get(handles.fold(found.handle))
        told = STATES.get(found.state) or parts.get(handles.fold(found.handle), "")
        chips[name] = Chip(found.handle, found.state, told, asset)
    for typed in frames:
        asset = by_name.get(handles.fold(typed))
        state = "ok" if asset else "unknown"
        chips.setdefault(handles.fold(typed), Chip(typed, state, STATES.get(state, ""), asset))
    return chips


def _parts(composition: Composition | None) -> dict[str, str]:
    """Folded handle -> the parts that it plays, for people: `keyframe at 4 s`."""
    parts: dict[str, list[str]] = {}
    for found in composition.references if composition else ():
        parts.setdefault(handles.fold(found.handle), []).append(part_told(found))
    return {name: ", ".join(told) for name, told in parts.items()}


def _state(composition: Composition | None, chips: Mapping[str, Chip]) -> dict[str, Any]:
    """What the page's script has to know: what each handle became, and what a change of mode would drop."""
    if composition is None:
        return {}
    carried = [found for found in composition.references if found.role in (*SUBJECTS, *CLIPS)]
    return {
        "mode": composition.mode,
        "handles": {name: chip.facts for name, chip in chips.items()},
        "carried": [found.handle for found in carried],
        "pictures": [found.handle for found in carried if found.role in SUBJECTS],
    }


def _clip(composition: Composition | None) -> Reference | None:
    """The clip that the request carries, if any."""
    references = composition.references if composition else ()
    return next((found for found in references if found.role in CLIPS), None)


def _ratio_note(quote: Quote) -> str:
    """Why there is no ratio to choose; empty when there is (skyreels-api.md, section 1)."""
    if quote.composition and quote.composition.mode == schemas.Mode.I2V:
        return "Ratio follows the first frame" if quote.form.roles().first else "Ratio follows the frames"
    return "Ratio follows the clip" if _clip(quote.composition) else ""


def _seconds_note(composition: Composition | None) -> str:
    """Why there are no seconds to choose: a motion reference has its own length (section 4)."""
    clip = _clip(composition)
    if composition is None or clip is None or clip.role != "motion":
        return ""
    return f"The clip @{clip.handle} decides: {composition.billed_seconds} s"


def _voiced(quote: Quote) -> list[Reference]:
    """The subjects that could speak with a voice of their own, as far as the provider renders this model with sound; a
    voice that is ticked already stays, for the problem to stand beside it."""
    composition = quote.composition
    if composition is None:
        return []
    speaking = [found for found in composition.references if found.role == "subject" and found.media("voice")]
    if composition.settings.model in gateway.capabilities().voiced:
        return speaking
    ticked = {handles.fold(name) for name in quote.form.roles().voices}
    return [found for found in speaking if handles.fold(found.handle) in ticked]
