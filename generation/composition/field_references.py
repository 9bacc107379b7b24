"""What the fields of an order name: frames, subjects, clips and voices become files."""

from generation.composition.asset_checks import Part
from generation.composition.request_builder import Plan, Sheet
from generation.composition.request_with_handles import LOOKED_AT, elements
from generation.skyreels.vocabulary import ClipType, PictureType


def read_fields(sheet: Sheet) -> None:
    """Puts our files where handles stand; an address, and whatever is no text, stays as it is."""
    _put(sheet, sheet.plan, "first_frame_image", "first_frame_image", Part.FIRST)
    for path, element in elements(sheet.plan, "mid_frame_images"):
        _put(sheet, element, "image_url", f"{path}.image_url", Part.MID)
        sheet.declare(element)
    _put(sheet, sheet.plan, "end_frame_image", "end_frame_image", Part.END)
    for path, element in elements(sheet.plan, "ref_images"):
        _put_pictures(sheet, element, path)
        _put_voice(sheet, element, f"{path}.audio_url")
        sheet.declare(element)
    for path, element in elements(sheet.plan, "ref_videos"):
        part = Part.EXTEND if element.get("type") == ClipType.EXTEND else Part.MOTION
        _put(sheet, element, "video_url", f"{path}.video_url", part)
        sheet.declare(element)


def _put(sheet: Sheet, holder: Plan, field: str, param: str, part: str) -> None:
    if (bound := sheet.called(holder.get(field), param)) is None:
        return
    if files := sheet.give(bound, part, param, second=holder.get("time_stamp")):
        holder[field] = files[0]


def _put_pictures(sheet: Sheet, element: Plan, path: str) -> None:
    """One handle of a character stands for all its pictures."""
    given = element.get("image_urls")
    if not isinstance(given, list):
        return
    part = Part.GRID if element.get("type") == PictureType.GRID else Part.SUBJECT
    found: list[object] = []
    for place, value in enumerate(given[:LOOKED_AT]):
        param = f"{path}.image_urls.{place}"
        bound = sheet.called(value, param)
        found += (sheet.give(bound, part, param) if bound else []) or [value]
    element["image_urls"] = [*found, *given[LOOKED_AT:]]


def _put_voice(sheet: Sheet, element: Plan, param: str) -> None:
    """A voice by itself, or that of the character whose handle stands there."""
    if (bound := sheet.called(element.get("audio_url"), param)) is None:
        return
    own = [found for found in sheet.references if found.asset == bound.asset and found.role == Part.SUBJECT]
    if own:
        sheet.let_speak(own[-1])
        files = sheet.voice_of(bound, param)
    else:
        files = sheet.give(bound, Part.VOICE, param)
    if files:
        element["audio_url"] = files[0]
