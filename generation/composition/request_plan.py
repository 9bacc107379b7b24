"""From an order and what its handles mean to the finished plan: fields, then the prompt's own, then the tags."""

from dataclasses import dataclass

from generation.composition import tags
from generation.composition.field_references import read_fields
from generation.composition.handle_resolution import Bindings
from generation.composition.prompt_mentions import State, cast
from generation.composition.request_builder import Sheet
from generation.composition.request_with_handles import Order
from generation.skyreels.vocabulary import ClipType
from library import handles
from library.models import Asset


@dataclass(frozen=True)
class Mention:
    """A handle in the prompt as typed (`start` and `end` index that text) and what became of it.

    `ok`: it has its part. `text`: this request cannot carry it. `unusable`: no new take may use it so. `unknown`.
    """

    start: int
    end: int
    handle: str
    state: State
    asset: Asset | None


@dataclass(frozen=True)
class Planned:
    """What planning found; `prompt` is the one to keep, with earlier names written as assets are called now."""

    sheet: Sheet
    prompt: str
    mentions: list[Mention]


def plan(order: Order, found: Bindings) -> Planned:
    """The request that an order comes to. Asks nobody; what is wrong with it is noted on the sheet."""
    sheet = Sheet(order, found)
    read_fields(sheet)
    known = set(sheet.tags.values())
    raw_tags = [element["tag"] for _, element in sheet.tagged if element["tag"] not in known]
    raw, named = tags.mentions_beside(order.prompt, raw_tags)
    states = cast(sheet, named)
    if order.typed:
        _leave_out_idle(sheet)
        _tell_silent(sheet)
    _write(sheet, raw, named)
    # A keyframe that nobody knows: another program's tag is no handle, a person's is a mistaken one.
    shown = sorted([*named, *raw], key=lambda one: one.start) if order.typed else named
    mentions = [_mention(found, one, states.get(handles.fold(one.name), "unknown")) for one in shown]
    return Planned(sheet, _with_present_names(order.prompt, named, found), mentions)


def _write(sheet: Sheet, raw: list[handles.Mention], named: list[handles.Mention]) -> None:
    """Writes prompt and tags such that no tag can be taken for another, nor for a word of the text."""

    def tag_of(mention: handles.Mention) -> str | None:
        bound = sheet.found.get(mention.name)
        return sheet.tags.get(bound.asset.pk) if bound else None

    places = {one: tag_of(one) for one in named} | {one: f"@{one.name}" for one in raw}
    present = _present_names(named, sheet.found)
    rest = tags.rewrite(sheet.order.prompt, places, lambda one: " " if places[one] else present.get(one))
    sent = tags.unambiguous([element["tag"] for _, element in sheet.tagged], rest)
    if sheet.order.prompt:
        sheet.plan["prompt"] = tags.rewrite(
            sheet.order.prompt, places, lambda one: sent.get(places[one] or "") or present.get(one)
        )
    if sheet.order.typed:
        _tell_of_keyframes(sheet, {*places.values()})
    for _, element in sheet.tagged:
        element["tag"] = sent[element["tag"]]


def _tell_of_keyframes(sheet: Sheet, written: set[str | None]) -> None:
    """Keyframes are named in the prompt, each once: what to do where one is not."""
    seen = set()
    for path, element in sheet.tagged:
        tag = element["tag"]
        if tag in seen:
            text = f"{tag} is a keyframe twice. For a second one add the picture under another handle."
            sheet.tell(f"{path}.tag", text, settles=True)
        elif tag not in written:
            sheet.tell(f"{path}.tag", f"Write {tag} in the prompt where it comes.", settles=True)
        seen.add(tag)


def _present_names(named: list[handles.Mention], found: Bindings) -> dict[handles.Mention, str]:
    """What to write for handles that have another name now."""
    bound = {one: found.get(one.name) for one in named}
    return {
        one: f"@{it.handle}"
        for one, it in bound.items()
        if it and handles.fold(it.handle) != handles.fold(one.name)
    }


def _with_present_names(prompt: str, named: list[handles.Mention], found: Bindings) -> str:
    return tags.rewrite(prompt, named, _present_names(named, found).get)


def _mention(found: Bindings, one: handles.Mention, state: State) -> Mention:
    bound = found.get(one.name)
    handle = bound.handle if bound else one.name
    return Mention(one.start, one.end, handle, state, bound.asset if bound else None)


def _leave_out_idle(sheet: Sheet) -> None:
    """Settings that the provider would ignore are not sent: frames and clips give the shape, a followed clip the
    length (skyreels-api.md, section 1)."""
    clips = sheet.plan.get("ref_videos")
    if clips or sheet.has_frames:
        sheet.plan.pop("aspect_ratio", None)
    if clips and clips[0]["type"] == ClipType.REFERENCE:
        sheet.plan.pop("duration", None)


def _tell_silent(sheet: Sheet) -> None:
    """Names the voices that were chosen for nobody in this take."""
    speaking = {one.asset for one in sheet.references if one.with_voice}
    for name in sheet.order.voices if isinstance(sheet.order.voices, tuple) else ():
        bound = sheet.found.get(name)
        if bound is None or bound.asset not in speaking:
            shown = bound.handle if bound else name.removeprefix("@")
            text = f"The voice of @{shown} is left out: it is no subject of this take."
            sheet.tell("voices", text, "warning")
