"""Resolve assets that only the prompt names: characters and images become subjects, videos references or extensions."""

from collections.abc import Iterable
from typing import Literal

from generation.composition import asset_checks
from generation.composition.asset_checks import Role
from generation.composition.handle_resolution import MAX_NAMES, ResolvedAsset
from generation.composition.problems import Level, ProblemCode, problem
from generation.composition.request_builder import Plan, RequestBuilder
from generation.composition.request_with_handles import elements
from generation.skyreels.vocabulary import ClipType, PictureType
from library import handles
from library.models import Asset

Kind = Asset.Kind
State = Literal["ok", "text", "unusable", "unknown"]


def resolve_prompt_mentions(builder: RequestBuilder, mentions: Iterable[handles.Mention]) -> dict[str, State]:
    """Add the assets that the prompt names to the request. Return the state of each mention by folded name."""
    names: dict[str, str] = {}
    for mention in mentions:
        names.setdefault(handles.fold(mention.name), mention.name)
    if len(names) > MAX_NAMES:
        too_many = problem(ProblemCode.TOO_MANY_HANDLES, "prompt", count=len(names), limit=MAX_NAMES)
        builder.add_problem(too_many)
        return dict.fromkeys(names, "unknown")
    extends = _is_extension(builder, names)
    return {name: _resolve(builder, written, extends=extends) for name, written in names.items()}


def _is_extension(builder: RequestBuilder, names: Iterable[str]) -> bool:
    """Return whether a video is extended, in which case the request cannot contain images."""
    if any(element.get("type") == ClipType.EXTEND for _, element in elements(builder.plan, "ref_videos")):
        return True
    if builder.request.clip != "extend" or builder.has_frames:
        return False
    named = [resolved for name in names if (resolved := builder.handles.get(name))]
    return any(
        resolved.asset.kind == Kind.VIDEO and not asset_checks.unusable_problem(resolved, "prompt")
        for resolved in named
    )


def _resolve(builder: RequestBuilder, name: str, *, extends: bool) -> State:
    resolved = builder.handles.get(name)
    if resolved is None:
        level: Level = "error" if builder.request.is_from_page else "warning"
        builder.add_problem(builder.handles.unknown_problem(name, "prompt", level))
        return "unknown"
    if resolved.asset.pk in builder.tags or _is_frame(builder, resolved):
        return "ok"
    if builder.has_frames or (extends and resolved.asset.kind in (Kind.CHARACTER, Kind.IMAGE)):
        _leave_as_text(builder, resolved)
        return "text"
    if found := asset_checks.prompt_only_problem(resolved):
        builder.add_problem(found)
        return "unusable"
    builder.tags[resolved.asset.pk] = f"@{resolved.handle}"
    if resolved.asset.kind == Kind.VIDEO:
        _add_video(builder, resolved)
    else:
        _add_subject(builder, resolved)
    return "ok"


def _is_frame(builder: RequestBuilder, resolved: ResolvedAsset) -> bool:
    return builder.has_frames and any(one.asset == resolved.asset for one in builder.references)


def _leave_as_text(builder: RequestBuilder, resolved: ResolvedAsset) -> None:
    """Warn that a handle is sent as text, and of anything else that is wrong with its asset."""
    code = ProblemCode.TEXT_BESIDE_FRAMES if builder.has_frames else ProblemCode.TEXT_IN_EXTENSION
    builder.add_problem(problem(code, "prompt", level="warning", handle=resolved.handle))
    if unusable := asset_checks.unusable_problem(resolved, "prompt"):
        builder.add_warning(unusable)


def _add_video(builder: RequestBuilder, resolved: ResolvedAsset) -> None:
    clip = builder.request.clip
    role = Role.EXTEND if clip == "extend" else Role.MOTION
    path, tag = builder.next_path("ref_videos"), f"@{resolved.handle}"
    files = builder.attach_files(resolved, role, f"{path}.video_url")
    builder.append("ref_videos", {"tag": tag, "type": clip, "video_url": files[0] if files else tag})


def _add_subject(builder: RequestBuilder, resolved: ResolvedAsset) -> None:
    is_grid = resolved.asset.is_grid
    role, kind = (Role.GRID, PictureType.GRID) if is_grid else (Role.SUBJECT, PictureType.IMAGE)
    path = builder.next_path("ref_images")
    images = builder.attach_files(resolved, role, f"{path}.image_urls")
    element: Plan = {"tag": f"@{resolved.handle}", "type": kind.value, "image_urls": images}
    if _has_own_voice(builder, resolved):
        builder.mark_with_voice(builder.references[-1])
        if voices := builder.voice_files(resolved, f"{path}.audio_url"):
            element["audio_url"] = voices[0]
    builder.append("ref_images", element)


def _has_own_voice(builder: RequestBuilder, resolved: ResolvedAsset) -> bool:
    voices = builder.request.voices
    if isinstance(voices, bool):
        return voices and bool(resolved.media(asset_checks.file_role(Role.VOICE)))
    chosen = [found.asset for name in voices if (found := builder.handles.get(name))]
    return resolved.asset in chosen
