"""A composition: what would be sent, what it would cost and what is wrong with it, before anything is sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from generation import gateway
from generation.composition import handle_resolution, routing
from generation.composition.asset_checks import Part
from generation.composition.handle_resolution import Bindings
from generation.composition.problems import Problem
from generation.composition.request_builder import Plan, Reference
from generation.composition.request_plan import Mention, Planned, plan
from generation.composition.request_urls import previewed
from generation.composition.request_with_handles import Order
from generation.composition.take_request import Brief, Keyframe, Roles, Settings
from generation.models import Job
from generation.prices import current_prices
from generation.skyreels import pricing, schemas
from generation.skyreels.pricing import PriceTable
from library import handles
from library.models import Project, VersionFile
from library.models.projects import AnyUser

ORDER, VOICES = "order", "order_voices"
CLIP_URL = "ref_videos.0.video_url"
NOBODY = Roles()


@dataclass(frozen=True)
class Composition:
    """One request by handles, planned. Whoever may see it may see its assets.

    `prompt` and `roles` are as typed, with earlier names of assets written as they are called now, so that they mean
    the same once such a name is released. `prices` are asked for when a price is: once for all that are composed
    together.
    """

    order: Order
    planned: Planned = field(repr=False)
    roles: Roles
    prices: Callable[[], PriceTable] = field(repr=False, compare=False)

    @property
    def prompt(self) -> str:
        """The prompt to keep."""
        return self.planned.prompt

    @property
    def settings(self) -> Settings:
        """What was chosen beside the prompt."""
        return self.order.settings

    @property
    def references(self) -> Sequence[Reference]:
        """Who plays in it, in the order of the request."""
        return self.planned.sheet.references

    @property
    def mentions(self) -> list[Mention]:
        """Each handle of the prompt as typed, and what became of it."""
        return self.planned.mentions

    def plan(self) -> Plan:
        """The request with `s3:<key>` where a file of ours stands: what a job keeps."""
        return self.planned.sheet.plan

    def preview(self) -> Plan:
        """The request with plain addresses, without the signatures that make them work."""
        return previewed(self.plan())

    @property
    def kept_roles(self) -> dict[str, Any]:
        """What a job keeps beside prompt and settings to be made again; `recompose` reads it."""
        if self.order.typed:
            return self.roles.as_data()
        voices = self.order.voices
        asked = voices if isinstance(voices, bool) else list(voices)
        return {**self.roles.as_data(), ORDER: self.order.given, VOICES: asked}

    @cached_property
    def problems(self) -> list[Problem]:
        """What the library says (unknown handles, files that do not fit), then the provider's rules."""
        sheet = self.planned.sheet
        rules = [found for found in _rule_problems(self.preview()) if found.param not in sheet.settled]
        return [*sheet.problems, *self._clip_problems(), *rules]

    @property
    def ok(self) -> bool:
        """Whether it can be sent."""
        return not any(problem.level == "error" for problem in self.problems)

    @property
    def mode(self) -> str:
        """T2V, I2V or Omni, as the provider will route it."""
        return routing.mode_of(self.plan()).value

    @property
    def scenario(self) -> str:
        """The provider's name of what this is, for people."""
        return routing.scenario_of(self.plan()).value

    @property
    def with_video(self) -> bool:
        """Whether a clip makes it dearer."""
        return bool(self.plan().get("ref_videos"))

    @property
    def is_priced(self) -> bool:
        """Whether model and resolution can be read; without them the price is told as nought."""
        return self.settings.model in set(schemas.Model) and self.settings.resolution in set(
            schemas.Resolution
        )

    @property
    def billed_seconds(self) -> int:
        """Seconds that the provider charges (skyreels-api.md, section 4); of a clip whose length is not known, the
        most that is charged."""
        if not routing.follows_clip(self.plan()):
            return self.settings.duration
        return pricing.billed_seconds(
            self.settings.duration, self._clip_seconds or schemas.MAX_REFERENCE_SECONDS
        )

    @property
    def price_per_second(self) -> Decimal:
        """US dollars for one second of output."""
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
            if found.role in (Part.MOTION, Part.EXTEND)
            for media in found.media(VersionFile.Role.VIDEO)
        ]
        return clips[0] if clips else None

    def _clip_problems(self) -> Iterator[Problem]:
        """What this provider says about the clip's length; and that nobody knows it."""
        seconds, most = self._clip_seconds, gateway.capabilities().max_clip_seconds
        if seconds and most < seconds <= schemas.MAX_REF_VIDEO_SECONDS:
            text = f"The clip is {seconds:.1f} s long; this provider takes clips of at most {most} s."
            yield Problem(CLIP_URL, text)
        if routing.follows_clip(self.plan()) and self._clip_seconds is None:
            text = (
                f"The clip's length is not known here; the estimate counts {schemas.MAX_REFERENCE_SECONDS} s."
            )
            yield Problem(CLIP_URL, text, "warning")


def compose(
    *, user: AnyUser, project: Project, prompt: str, settings: Settings, roles: Roles = NOBODY
) -> Composition:
    """What the page's fields come to: who is meant is looked up among what the user may see, as the project pins it."""
    return compose_all(user=user, project=project, briefs=[Brief(prompt, settings, roles)])[0]


def compose_all(*, user: AnyUser, project: Project, briefs: Sequence[Brief]) -> list[Composition]:
    """Several at once, for one look-up of all their handles."""
    orders = [Order.of(brief) for brief in briefs]
    found, prices = _find(user, project, orders), cache(current_prices)
    return [
        Composition(order, plan(order, found), _present(brief.roles, found), prices)
        for order, brief in zip(orders, briefs, strict=True)
    ]


def compose_request(
    *, user: AnyUser, project: Project, data: Mapping[str, Any], voices: bool | Sequence[str] = False
) -> Composition:
    """What a request in the provider's own fields comes to; wherever a URL stands, an asset's `@handle` may stand.

    A handle of the prompt that no element declares is filled in, a character with its voice where `voices` says so;
    from frames it is left as text. A handle of nobody's is text. Data of any form is taken: the problems tell.
    """
    order = Order(data, voices=voices if isinstance(voices, bool) else tuple(voices))
    planned = plan(order, _find(user, project, [order]))
    return Composition(order, planned, _roles_of(planned.sheet.references), cache(current_prices))


def recompose(job: Job, *, user: AnyUser) -> Composition:
    """What a job asks for, looked up anew: by its brief, or by the request that another program sent."""
    if ORDER in job.roles:
        data, voices = job.roles[ORDER], job.roles[VOICES]
        return compose_request(user=user, project=job.project, data=data, voices=voices)
    brief = Brief.of(job)
    return compose_all(user=user, project=job.project, briefs=[brief])[0]


def _find(user: AnyUser, project: Project, orders: Iterable[Order]) -> Bindings:
    names = [name for order in orders for name in order.names[: handle_resolution.MAX_NAMES]]
    return handle_resolution.find(user=user, project=project, names=names)


def _present(roles: Roles, found: Bindings) -> Roles:
    """The roles by the handles of today, in their own spelling."""
    names = {*roles.named, *roles.voices}
    present = {name: bound.handle if (bound := found.get(name)) else name.removeprefix("@") for name in names}
    return roles.renamed({handles.fold(name): new for name, new in present.items()})


def _roles_of(references: Sequence[Reference]) -> Roles:
    """The roles as the page would show them, as far as handles tell."""
    by_part = {one.role: one.handle for one in references}
    mids = tuple(
        Keyframe(one.handle, one.second or schemas.UNSPECIFIED_TIME)
        for one in references
        if one.role == Part.MID
    )
    voices = tuple(one.handle for one in references if one.with_voice)
    return Roles(
        first=by_part.get(Part.FIRST, ""),
        mids=mids,
        end=by_part.get(Part.END, ""),
        clip="extend" if Part.EXTEND in by_part else "reference",
        voices=voices,
    )


def _rule_problems(data: Plan) -> list[Problem]:
    """The rules that every provider shares, else what this one cannot carry, and what it may object to."""
    if broken := schemas.find_problems(data):
        return [Problem(found.param, found.message) for found in broken]
    request = schemas.GenerationRequest.model_validate(data)
    refused = [Problem(found.param, found.message) for found in gateway.capabilities().problems(request)]
    warned = [Problem(found.param, found.message, "warning") for found in schemas.find_warnings(request)]
    return [*refused, *warned]
