"""What only the prompt names: characters and pictures become subjects, a clip the one that is followed or goes on."""

from collections.abc import Iterable
from typing import Literal

from generation.composition import asset_checks
from generation.composition.asset_checks import Part
from generation.composition.handle_resolution import MAX_NAMES, Bound
from generation.composition.request_builder import Plan, Sheet
from generation.composition.request_with_handles import elements
from generation.skyreels.vocabulary import ClipType, PictureType
from library import handles
from library.models import Asset

Kind = Asset.Kind
State = Literal["ok", "text", "unusable", "unknown"]
CARRIED = {Kind.CHARACTER: "subjects", Kind.IMAGE: "subjects", Kind.VIDEO: "clips", Kind.AUDIO: "voices"}


def cast(sheet: Sheet, mentions: Iterable[handles.Mention]) -> dict[str, State]:
    """Gives each asset that the prompt names its place in the request; folded name -> what became of it."""
    named: dict[str, str] = {}
    for mention in mentions:
        named.setdefault(handles.fold(mention.name), mention.name)
    if len(named) > MAX_NAMES:
        sheet.tell("prompt", f"The prompt names {len(named)} handles; {MAX_NAMES} is the most.")
        return dict.fromkeys(named, "unknown")
    extends = _extends(sheet, named)
    return {name: _cast(sheet, written, extends=extends) for name, written in named.items()}


def _extends(sheet: Sheet, names: Iterable[str]) -> bool:
    """Whether a clip goes on: then the request carries no pictures."""
    if any(element.get("type") == ClipType.EXTEND for _, element in elements(sheet.plan, "ref_videos")):
        return True
    if sheet.order.clip != "extend" or sheet.has_frames:
        return False
    found = [bound for name in names if (bound := sheet.found.get(name))]
    return any(bound.asset.kind == Kind.VIDEO and not asset_checks.why_never(bound) for bound in found)


def _cast(sheet: Sheet, name: str, *, extends: bool) -> State:
    bound = sheet.found.get(name)
    if bound is None:
        sheet.tell("prompt", sheet.found.unknown(name), "error" if sheet.order.typed else "warning")
        return "unknown"
    if bound.asset.pk in sheet.tags or _is_frame(sheet, bound):
        return "ok"
    if sheet.has_frames or (extends and bound.asset.kind in (Kind.CHARACTER, Kind.IMAGE)):
        _leave(sheet, bound)
        return "text"
    if refusal := asset_checks.why_not_named(bound):
        sheet.tell("prompt", refusal)
        return "unusable"
    sheet.tags[bound.asset.pk] = f"@{bound.handle}"
    if bound.asset.kind == Kind.VIDEO:
        _add_clip(sheet, bound)
    else:
        _add_subject(sheet, bound)
    return "ok"


def _is_frame(sheet: Sheet, bound: Bound) -> bool:
    return sheet.has_frames and any(one.asset == bound.asset for one in sheet.references)


def _leave(sheet: Sheet, bound: Bound) -> None:
    """Names what stays a word of the text, and why; what else speaks against it is worth a sentence too."""
    what = "a take from frames" if sheet.has_frames else "an extension"
    text = f"@{bound.handle} is left as text: {what} carries no {CARRIED[Kind(bound.asset.kind)]}."
    sheet.tell("prompt", " ".join(filter(None, (text, asset_checks.why_never(bound)))), "warning")


def _add_clip(sheet: Sheet, bound: Bound) -> None:
    part = Part.EXTEND if sheet.order.clip == "extend" else Part.MOTION
    path = sheet.next_path("ref_videos")
    files = sheet.give(bound, part, f"{path}.video_url")
    url = files[0] if files else f"@{bound.handle}"
    sheet.add("ref_videos", {"tag": f"@{bound.handle}", "type": sheet.order.clip, "video_url": url})


def _add_subject(sheet: Sheet, bound: Bound) -> None:
    part, kind = (Part.GRID, PictureType.GRID) if bound.asset.is_grid else (Part.SUBJECT, PictureType.IMAGE)
    path = sheet.next_path("ref_images")
    pictures = sheet.give(bound, part, f"{path}.image_urls")
    element: Plan = {"tag": f"@{bound.handle}", "type": kind.value, "image_urls": pictures}
    if _speaks(sheet, bound):
        sheet.let_speak(sheet.references[-1])
        if voices := sheet.voice_of(bound, f"{path}.audio_url"):
            element["audio_url"] = voices[0]
    sheet.add("ref_images", element)


def _speaks(sheet: Sheet, bound: Bound) -> bool:
    voices = sheet.order.voices
    if isinstance(voices, bool):
        return voices and bool(bound.media(asset_checks.file_role(Part.VOICE)))
    chosen = [found.asset for name in voices if (found := sheet.found.get(name))]
    return bound.asset in chosen
