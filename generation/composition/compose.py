"""Compose a request: what would be sent, its price and its problems, before anything is sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from generation import gateway
from generation.composition import handle_resolution, routing
from generation.composition.asset_checks import Role
from generation.composition.handle_resolution import ResolvedHandles, resolve_handles
from generation.composition.problems import Problem, ProblemCode, problem
from generation.composition.request_builder import Plan, Reference
from generation.composition.request_plan import Mention, RequestPlan, plan_request
from generation.composition.request_urls import with_plain_urls
from generation.composition.request_with_handles import RequestWithHandles
from generation.composition.take_request import Keyframe, Roles, Settings, TakeRequest
from generation.models import Job
from generation.prices import current_prices
from generation.skyreels import pricing, schemas
from generation.skyreels.pricing import PriceTable
from library import handles
from library.models import Project, VersionFile
from library.models.projects import AnyUser

# Keys in `Job.roles` of jobs that API clients requested; stored rows contain them.
REQUEST_KEY, VOICES_KEY = "order", "order_voices"
CLIP_FIELD = "ref_videos.0.video_url"
NO_ROLES = Roles()


@dataclass(frozen=True)
class Composition:
    """One planned request. Visibility of all its assets has been checked.

    `prompt` and `roles` are as typed, with earlier names of assets replaced by current ones, so that they keep their
    meaning when such a name is reused. `prices` is called when a price is needed: once for all requests that are
    composed together.
    """

    request: RequestWithHandles
    planned: RequestPlan = field(repr=False)
    roles: Roles
    prices: Callable[[], PriceTable] = field(repr=False, compare=False)

    @property
    def prompt(self) -> str:
        """The prompt to store."""
        return self.planned.prompt

    @property
    def settings(self) -> Settings:
        """The settings beside the prompt."""
        return self.request.settings

    @property
    def references(self) -> Sequence[Reference]:
        """The assets in the request, in its order."""
        return self.planned.builder.references

    @property
    def mentions(self) -> list[Mention]:
        """Each handle of the prompt as typed, with its state."""
        return self.planned.mentions

    def plan(self) -> Plan:
        """Return the request that a job stores, with `s3:<key>` for files of ours."""
        return self.planned.builder.plan

    def preview(self) -> Plan:
        """Return the request with unsigned URLs, which do not give access to the files."""
        return with_plain_urls(self.plan())

    @property
    def stored_roles(self) -> dict[str, Any]:
        """The JSON that a job stores beside prompt and settings; `recompose` reads it."""
        if self.request.is_from_page:
            return self.roles.as_data()
        voices = self.request.voices
        stored = voices if isinstance(voices, bool) else list(voices)
        return {**self.roles.as_data(), REQUEST_KEY: self.request.copied_data, VOICES_KEY: stored}

    @cached_property
    def problems(self) -> list[Problem]:
        """Problems of handles and files first, then broken rules of the provider."""
        builder = self.planned.builder
        rules = [
            found for found in _rule_problems(self.preview()) if found.field not in builder.reported_fields
        ]
        return [*builder.problems, *self._clip_problems(), *rules]

    @property
    def ok(self) -> bool:
        """Return whether the request can be sent."""
        return not any(found.level == "error" for found in self.problems)

    @property
    def mode(self) -> str:
        """T2V, I2V or Omni, as the provider will route it."""
        return routing.mode_of(self.plan()).value

    @property
    def scenario(self) -> str:
        """The scenario in the provider's table (a value of `Scenario`)."""
        return routing.scenario_of(self.plan()).value

    @property
    def with_video(self) -> bool:
        """Return whether a video input raises the price."""
        return bool(self.plan().get("ref_videos"))

    @property
    def is_priced(self) -> bool:
        """Return whether model and resolution are known; otherwise the price is given as 0."""
        return self.settings.model in set(schemas.Model) and self.settings.resolution in set(
            schemas.Resolution
        )

    @property
    def billed_seconds(self) -> int:
        """Seconds that the provider charges (skyreels-api.md, section 4); the maximum for a reference video of unknown
        length."""
        if not routing.follows_clip(self.plan()):
            return self.settings.duration
        return pricing.billed_seconds(
            self.settings.duration, self._clip_seconds or schemas.MAX_REFERENCE_SECONDS
        )

    @property
    def price_per_second(self) -> Decimal:
        """US dollars for one second of output; 0 if unknown."""
        if not self.is_priced:
            return Decimal(0)
        model, resolution = schemas.Model(self.settings.model), schemas.Resolution(self.settings.resolution)
        return self.prices().per_second(model, resolution, self.with_video)

    @property
    def estimate_usd(self) -> Decimal:
        """US dollars for the whole take."""
        return self.price_per_second * self.billed_seconds

    @property
    def _clip_seconds(self) -> float | None:
        clips = [
            media.seconds
            for found in self.references
            if found.role in (Role.MOTION, Role.EXTEND)
            for media in found.media(VersionFile.Role.VIDEO)
        ]
        return clips[0] if clips else None

    def _clip_problems(self) -> Iterator[Problem]:
        """Yield that the video is too long for this provider, or of unknown length."""
        seconds, most = self._clip_seconds, gateway.capabilities().max_clip_seconds
        if seconds and most < seconds <= schemas.MAX_REF_VIDEO_SECONDS:
            yield problem(ProblemCode.CLIP_TOO_LONG, CLIP_FIELD, seconds=float(seconds), limit=most)
        if routing.follows_clip(self.plan()) and self._clip_seconds is None:
            code, assumed = ProblemCode.CLIP_LENGTH_UNKNOWN, schemas.MAX_REFERENCE_SECONDS
            yield problem(code, CLIP_FIELD, level="warning", seconds=assumed)


def compose(
    *, user: AnyUser, project: Project, prompt: str, settings: Settings, roles: Roles = NO_ROLES
) -> Composition:
    """Compose the fields of the page. Handles are looked up among what the user may see, in the versions that the
    project pins."""
    return compose_all(user=user, project=project, take_requests=[TakeRequest(prompt, settings, roles)])[0]


def compose_all(
    *, user: AnyUser, project: Project, take_requests: Sequence[TakeRequest]
) -> list[Composition]:
    """Compose several requests; their handles are looked up together."""
    with_handles = [RequestWithHandles.from_take_request(request) for request in take_requests]
    resolved, prices = _resolve(user, project, with_handles), cache(current_prices)
    return [
        Composition(one, plan_request(one, resolved), _current_roles(request.roles, resolved), prices)
        for one, request in zip(with_handles, take_requests, strict=True)
    ]


def compose_request(
    *, user: AnyUser, project: Project, data: Mapping[str, Any], voices: bool | Sequence[str] = False
) -> Composition:
    """Compose a request in the provider's own fields, in which `@handle` may replace any URL.

    A handle of the prompt that no element declares is added to the request, a character with its voice if `voices` says
    so; with frames it is left as text. Unknown handles are literal text. Invalid data yields problems, not exceptions.
    """
    request = RequestWithHandles(data, voices=voices if isinstance(voices, bool) else tuple(voices))
    planned = plan_request(request, _resolve(user, project, [request]))
    return Composition(request, planned, _roles_of(planned.builder.references), cache(current_prices))


def recompose(job: Job, *, user: AnyUser) -> Composition:
    """Compose a job's request again: from the page's fields, or from the body that an API client sent."""
    if REQUEST_KEY in job.roles:
        data, voices = job.roles[REQUEST_KEY], job.roles[VOICES_KEY]
        return compose_request(user=user, project=job.project, data=data, voices=voices)
    return compose_all(user=user, project=job.project, take_requests=[TakeRequest.of(job)])[0]


def _resolve(user: AnyUser, project: Project, requests: Iterable[RequestWithHandles]) -> ResolvedHandles:
    names = [name for request in requests for name in request.names[: handle_resolution.MAX_NAMES]]
    return resolve_handles(user=user, project=project, names=names)


def _current_roles(roles: Roles, resolved: ResolvedHandles) -> Roles:
    """Return the roles with current handles, in their own spelling."""
    names = {*roles.frame_handles, *roles.voices}
    current = {
        name: found.handle if (found := resolved.get(name)) else name.removeprefix("@") for name in names
    }
    return roles.renamed({handles.fold(name): new for name, new in current.items()})


def _roles_of(references: Sequence[Reference]) -> Roles:
    """Return the roles as the page would show them, as far as references determine them."""
    by_role = {one.role: one.handle for one in references}
    mids = tuple(
        Keyframe(one.handle, one.second or schemas.UNSPECIFIED_TIME)
        for one in references
        if one.role == Role.MID
    )
    voices = tuple(one.handle for one in references if one.with_voice)
    return Roles(
        first=by_role.get(Role.FIRST, ""),
        mids=mids,
        end=by_role.get(Role.END, ""),
        clip="extend" if Role.EXTEND in by_role else "reference",
        voices=voices,
    )


def _rule_problems(data: Plan) -> list[Problem]:
    """Return the broken rules that all providers share; if there are none, what this provider does not support."""
    if broken := schemas.find_problems(data):
        return broken
    request = schemas.GenerationRequest.model_validate(data)
    return [*gateway.capabilities().problems(request), *schemas.find_warnings(request)]
