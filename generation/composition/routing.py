"""The mode and scenario that the provider derives from a plan, valid or not (skyreels-api.md, sections 1 and 4)."""

from collections.abc import Mapping
from typing import Any

from generation.composition.request_with_handles import elements
from generation.skyreels.vocabulary import I2V_FIELDS, OMNI_FIELDS, ClipType, Mode, PictureType, Scenario

Plan = Mapping[str, Any]


def mode_of(plan: Plan) -> Mode:
    """Return T2V, I2V or Omni."""
    if any(plan.get(name) for name in OMNI_FIELDS):
        return Mode.OMNI
    return Mode.I2V if any(plan.get(name) for name in I2V_FIELDS) else Mode.T2V


def scenario_of(plan: Plan) -> Scenario:
    """Return the row of the provider's table; for a valid request it equals `GenerationRequest.scenario`."""
    if plan.get("ref_videos"):
        is_extension = _types(plan, "ref_videos")[:1] == [ClipType.EXTEND]
        return Scenario.EXTENSION if is_extension else Scenario.MOTION_REFERENCE
    if plan.get("ref_images"):
        return _image_scenario(plan)
    if plan.get("mid_frame_images"):
        return Scenario.KEYFRAMES
    if plan.get("first_frame_image"):
        return Scenario.FIRST_FRAME
    return Scenario.END_FRAME if plan.get("end_frame_image") else Scenario.TEXT_TO_VIDEO


def follows_clip(plan: Plan) -> bool:
    """Return whether the length of a reference video determines the charge."""
    return _types(plan, "ref_videos")[:1] == [ClipType.REFERENCE]


def _image_scenario(plan: Plan) -> Scenario:
    if _types(plan, "ref_images")[:1] == [PictureType.GRID]:
        return Scenario.GRID
    has_voice = any(element.get("audio_url") for _, element in elements(plan, "ref_images"))
    return Scenario.AUDIO_SYNC if has_voice else Scenario.SUBJECTS


def _types(plan: Plan, name: str) -> list[object]:
    return [element.get("type") for _, element in elements(plan, name)]
