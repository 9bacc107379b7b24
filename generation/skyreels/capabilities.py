"""Capabilities of a provider; the composer offers and accepts nothing else (skyreels-api.md section 8)."""

from dataclasses import dataclass

from generation.skyreels.problems import Problem, RuleCode, problem
from generation.skyreels.requests import GenerationRequest
from generation.skyreels.vocabulary import Model, Resolution, Scenario

_FIELD_OF = {
    Scenario.TEXT_TO_VIDEO: "prompt",
    Scenario.FIRST_FRAME: "first_frame_image",
    Scenario.END_FRAME: "end_frame_image",
    Scenario.KEYFRAMES: "mid_frame_images",
    Scenario.SUBJECTS: "ref_images",
    Scenario.GRID: "ref_images",
    Scenario.MOTION_REFERENCE: "ref_videos",
    Scenario.EXTENSION: "ref_videos",
    Scenario.AUDIO_SYNC: "ref_images.0.audio_url",
}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Flags of one provider; the rules that all providers share are in `rules.py`.

    `voiced`: models that accept a voice. `max_clip_seconds`: maximum length of a video in `ref_videos`. `webhook`: the
    provider calls back when a task ends. `idempotency`: the same key with the same body returns the first response
    again. `balance`: the provider reports the balance. `cost`: a finished task has its price in USD.
    """

    scenarios: frozenset[Scenario]
    models: frozenset[Model]
    resolutions: frozenset[Resolution]
    voiced: frozenset[Model]
    max_clip_seconds: int
    webhook: bool
    idempotency: bool
    balance: bool
    cost: bool

    @property
    def mid_frames(self) -> bool:
        """Return whether images between the first and the last frame are supported."""
        return Scenario.KEYFRAMES in self.scenarios

    @property
    def audio_sync(self) -> bool:
        """Return whether any model accepts a voice for a subject."""
        return Scenario.AUDIO_SYNC in self.scenarios and bool(self.voiced)

    def problems(self, request: GenerationRequest) -> list[Problem]:
        """Return what this provider does not support in a request that keeps all shared rules."""
        found = []
        if request.model not in self.models:
            found.append(problem(RuleCode.MODEL_UNAVAILABLE, "model", model=request.model.value))
        if request.resolution not in self.resolutions:
            resolution = request.resolution.value
            found.append(problem(RuleCode.RESOLUTION_UNAVAILABLE, "resolution", resolution=resolution))
        if request.scenario not in self.scenarios:
            field, scenario = _FIELD_OF[request.scenario], request.scenario.value
            found.append(problem(RuleCode.SCENARIO_UNAVAILABLE, field, scenario=scenario))
        return [*found, *self._voice_problems(request)]

    def _voice_problems(self, request: GenerationRequest) -> list[Problem]:
        if request.model in self.voiced:
            return []
        return [
            problem(RuleCode.VOICE_UNAVAILABLE, f"ref_images.{index}.audio_url", model=request.model.value)
            for index, image in enumerate(request.ref_images)
            if image.audio_url
        ]
