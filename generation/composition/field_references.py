"""Resolve the handles in the fields of a request: frames, subjects, videos and voices become files."""

from generation.composition.asset_checks import Role
from generation.composition.request_builder import Plan, RequestBuilder
from generation.composition.request_with_handles import MAX_ELEMENTS, elements
from generation.skyreels.vocabulary import ClipType, PictureType


def resolve_fields(builder: RequestBuilder) -> None:
    """Replace handles in the fields by our files; URLs, and values that are not text, are left unchanged."""
    plan = builder.plan
    _resolve_file(builder, plan, "first_frame_image", "first_frame_image", Role.FIRST)
    for path, element in elements(plan, "mid_frame_images"):
        _resolve_file(builder, element, "image_url", f"{path}.image_url", Role.MID)
        builder.normalize_tag(element)
    _resolve_file(builder, plan, "end_frame_image", "end_frame_image", Role.END)
    for path, element in elements(plan, "ref_images"):
        _resolve_images(builder, element, path)
        _resolve_voice(builder, element, f"{path}.audio_url")
        builder.normalize_tag(element)
    for path, element in elements(plan, "ref_videos"):
        role = Role.EXTEND if element.get("type") == ClipType.EXTEND else Role.MOTION
        _resolve_file(builder, element, "video_url", f"{path}.video_url", role)
        builder.normalize_tag(element)


def _resolve_file(builder: RequestBuilder, holder: Plan, name: str, field: str, role: str) -> None:
    if (resolved := builder.resolve_handle(holder.get(name), field)) is None:
        return
    if files := builder.attach_files(resolved, role, field, second=holder.get("time_stamp")):
        holder[name] = files[0]


def _resolve_images(builder: RequestBuilder, element: Plan, path: str) -> None:
    """Replace handles in a list of images. One handle of a character stands for all its images."""
    given = element.get("image_urls")
    if not isinstance(given, list):
        return
    role = Role.GRID if element.get("type") == PictureType.GRID else Role.SUBJECT
    urls: list[object] = []
    for index, value in enumerate(given[:MAX_ELEMENTS]):
        field = f"{path}.image_urls.{index}"
        resolved = builder.resolve_handle(value, field)
        urls += (builder.attach_files(resolved, role, field) if resolved else []) or [value]
    element["image_urls"] = [*urls, *given[MAX_ELEMENTS:]]


def _resolve_voice(builder: RequestBuilder, element: Plan, field: str) -> None:
    """Replace the handle of a voice, or of a character that has one."""
    if (resolved := builder.resolve_handle(element.get("audio_url"), field)) is None:
        return
    subjects = [
        found for found in builder.references if found.asset == resolved.asset and found.role == Role.SUBJECT
    ]
    if subjects:
        builder.mark_with_voice(subjects[-1])
        files = builder.voice_files(resolved, field)
    else:
        files = builder.attach_files(resolved, Role.VOICE, field)
    if files:
        element["audio_url"] = files[0]
