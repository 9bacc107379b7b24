"""Build the plan of a request: resolve its fields, then the prompt's mentions, then make the tags unambiguous."""

from dataclasses import dataclass

from generation.composition import tags
from generation.composition.field_references import resolve_fields
from generation.composition.handle_resolution import ResolvedHandles
from generation.composition.problems import ProblemCode, problem
from generation.composition.prompt_mentions import State, resolve_prompt_mentions
from generation.composition.request_builder import RequestBuilder
from generation.composition.request_with_handles import RequestWithHandles
from generation.skyreels.vocabulary import ClipType
from library import handles
from library.models import Asset


@dataclass(frozen=True)
class Mention:
    """A handle in the prompt as typed (`start` and `end` index that text) and its state.

    `ok`: it is part of the request. `text`: this request cannot contain it. `unusable`: no new take may use it so.
    `unknown`: there is no such asset.
    """

    start: int
    end: int
    handle: str
    state: State
    asset: Asset | None


@dataclass(frozen=True)
class RequestPlan:
    """A request that has been planned; `prompt` is the one to store, with earlier names replaced by current ones."""

    builder: RequestBuilder
    prompt: str
    mentions: list[Mention]


def plan_request(request: RequestWithHandles, resolved: ResolvedHandles) -> RequestPlan:
    """Plan a request without any query; problems are collected in the builder."""
    builder = RequestBuilder(request, resolved)
    resolve_fields(builder)
    known = set(builder.tags.values())
    raw_tags = [element["tag"] for _, element in builder.tagged if element["tag"] not in known]
    raw, named = tags.split_mentions(request.prompt, raw_tags)
    states = resolve_prompt_mentions(builder, named)
    if request.is_from_page:
        _drop_ignored_settings(builder)
        _report_unused_voices(builder)
    _write_tags(builder, raw, named)
    # An API client's own tag is not a handle; on our page an unknown tag is a mistyped one.
    shown = sorted([*named, *raw], key=lambda one: one.start) if request.is_from_page else named
    mentions = [_mention(resolved, one, states.get(handles.fold(one.name), "unknown")) for one in shown]
    return RequestPlan(builder, _with_current_names(request.prompt, named, resolved), mentions)


def _write_tags(builder: RequestBuilder, raw: list[handles.Mention], named: list[handles.Mention]) -> None:
    """Write prompt and tags so that no tag can be mistaken for another one, or for a word of the text."""

    def tag_of(mention: handles.Mention) -> str | None:
        resolved = builder.handles.get(mention.name)
        return builder.tags.get(resolved.asset.pk) if resolved else None

    prompt = builder.request.prompt
    places = {one: tag_of(one) for one in named} | {one: f"@{one.name}" for one in raw}
    current = _current_names(named, builder.handles)
    rest = tags.rewrite(prompt, places, lambda one: " " if places[one] else current.get(one))
    sent = tags.unambiguous_tags([element["tag"] for _, element in builder.tagged], rest)
    if prompt:
        builder.plan["prompt"] = tags.rewrite(
            prompt, places, lambda one: sent.get(places[one] or "") or current.get(one)
        )
    if builder.request.is_from_page:
        _report_keyframes(builder, {*places.values()})
    for _, element in builder.tagged:
        element["tag"] = sent[element["tag"]]


def _report_keyframes(builder: RequestBuilder, written: set[str | None]) -> None:
    """Report keyframes that the prompt does not name, and those that occur twice."""
    seen = set()
    for path, element in builder.tagged:
        tag = element["tag"]
        if tag in seen:
            code = ProblemCode.KEYFRAME_REPEATED
            builder.add_problem(problem(code, f"{path}.tag", tag=tag), reports_field=True)
        elif tag not in written:
            code = ProblemCode.KEYFRAME_NOT_IN_PROMPT
            builder.add_problem(problem(code, f"{path}.tag", tag=tag), reports_field=True)
        seen.add(tag)


def _current_names(named: list[handles.Mention], resolved: ResolvedHandles) -> dict[handles.Mention, str]:
    """Return the new spelling of each mention by an earlier name."""
    found = {one: resolved.get(one.name) for one in named}
    return {
        one: f"@{it.handle}"
        for one, it in found.items()
        if it and handles.fold(it.handle) != handles.fold(one.name)
    }


def _with_current_names(prompt: str, named: list[handles.Mention], resolved: ResolvedHandles) -> str:
    return tags.rewrite(prompt, named, _current_names(named, resolved).get)


def _mention(resolved: ResolvedHandles, one: handles.Mention, state: State) -> Mention:
    found = resolved.get(one.name)
    handle = found.handle if found else one.name
    return Mention(one.start, one.end, handle, state, found.asset if found else None)


def _drop_ignored_settings(builder: RequestBuilder) -> None:
    """Remove settings that the provider would ignore: frames and videos determine the shape, a motion reference
    determines the length (skyreels-api.md, section 1)."""
    videos = builder.plan.get("ref_videos")
    if videos or builder.has_frames:
        builder.plan.pop("aspect_ratio", None)
    if videos and videos[0]["type"] == ClipType.REFERENCE:
        builder.plan.pop("duration", None)


def _report_unused_voices(builder: RequestBuilder) -> None:
    """Warn of voices that were chosen for assets which are not subjects of this take."""
    speaking = {one.asset for one in builder.references if one.with_voice}
    voices = builder.request.voices
    for name in voices if isinstance(voices, tuple) else ():
        resolved = builder.handles.get(name)
        if resolved is None or resolved.asset not in speaking:
            handle = resolved.handle if resolved else name.removeprefix("@")
            builder.add_problem(problem(ProblemCode.VOICE_LEFT_OUT, "voices", level="warning", handle=handle))
