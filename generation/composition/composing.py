"""From a prompt with handles and a few settings to the request: the only place that knows both worlds.

A handle in the prompt that names a character or a picture becomes a subject (`ref_images`), one that names a clip
a motion reference (`ref_videos`). The text goes out with the canonical spelling of each handle, and where one handle
starts another, with tags that cannot be confused.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, cast

from django.db.models.functions import Lower

from generation.composition.briefs import Settings
from generation.models import Job
from generation.skyreels import pricing, schemas
from library import handles, storage
from library.models import Asset, AssetVersion, HandleAlias, MediaFile, Project, VersionFile
from library.models.projects import AnyUser
from library.models.rights import EXPIRED

UrlOf = Callable[[MediaFile], str]
Role = Literal["subject", "grid", "motion"]
SUGGESTIONS_FROM = 5000


@dataclass(frozen=True)
class Reference:
    """A handle bound to the version that the request will use, in the order of the prompt."""

    handle: str
    asset: Asset
    version: AssetVersion
    role: Role
    position: int

    def media(self, role: str) -> list[MediaFile]:
        """The version's files of one role, in order."""
        return [file.media for file in self.version.files.all() if file.role == role]


@dataclass(frozen=True)
class Problem:
    """Something that stands in the way (`error`) or that should be known (`warning`); `param` is the field."""

    param: str
    message: str
    level: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class Composition:
    """What would be sent, what it would cost and what is wrong with it."""

    prompt: str
    settings: Settings
    references: Sequence[Reference]
    binding_problems: Sequence[Problem] = ()

    @cached_property
    def tags(self) -> dict[str, str]:
        """Folded handle -> the tag that stands for it in text and fields alike, without the `@`."""
        return unambiguous_tags([reference.handle for reference in self.references])

    def request(self, url_of: UrlOf) -> dict[str, Any]:
        """The request as plain data, with an address for each file from `url_of`."""
        data: dict[str, Any] = {
            "model": self.settings.model,
            "prompt": handles.replace_handles(self.prompt, self.tags),
            "duration": self.settings.duration,
            "resolution": self.settings.resolution,
            "aspect_ratio": self.settings.aspect_ratio,
            "prompt_optimizer": self.settings.prompt_optimizer,
        }
        if subjects := [self._subject(found, url_of) for found in self.references if found.role != "motion"]:
            data["ref_images"] = subjects
        if motions := [self._motion(found, url_of) for found in self.references if found.role == "motion"]:
            data["ref_videos"] = motions
        return data

    def preview(self) -> dict[str, Any]:
        """The request with plain addresses, without the signatures that make them work."""
        return self.request(lambda media: storage.plain_url(media.key))

    def freeze(self) -> bytes:
        """The exact bytes to send, signed afresh for as long as the provider's queue may take."""
        return schemas.parse_request(self.request(lambda media: storage.provider_url(media.key))).body()

    @cached_property
    def problems(self) -> list[Problem]:
        """What the library says (unknown handles, files that do not fit), then the provider's rules."""
        data = self.preview()
        rules = [Problem(found.param, found.message) for found in schemas.find_problems(data)]
        if not rules:
            found = schemas.find_warnings(schemas.parse_request(data))
            rules = [Problem(warning.param, warning.message, "warning") for warning in found]
        return [*self.binding_problems, *_file_problems(self.references), *rules]

    @property
    def ok(self) -> bool:
        """Whether it can be sent."""
        return not any(problem.level == "error" for problem in self.problems)

    @property
    def mode(self) -> str:
        """T2V or Omni, as the provider will route it."""
        return (schemas.Mode.OMNI if self.references else schemas.Mode.T2V).value

    @property
    def scenario(self) -> str:
        """The provider's name of what this is, for people."""
        roles = {found.role for found in self.references}
        if "motion" in roles:
            return schemas.Scenario.MOTION_REFERENCE.value
        if "grid" in roles:
            return schemas.Scenario.GRID.value
        return (schemas.Scenario.SUBJECTS if roles else schemas.Scenario.TEXT_TO_VIDEO).value

    @property
    def motion(self) -> MediaFile | None:
        """The clip whose motion is followed, if any: it sets the length and the price."""
        clips = [
            media for found in self.references if found.role == "motion" for media in found.media("clip")
        ]
        return clips[0] if clips else None

    @property
    def billed_seconds(self) -> int:
        """Seconds that the provider charges (skyreels-api.md, section 4)."""
        return pricing.billed_seconds(self.settings.duration, self.motion.seconds if self.motion else None)

    @property
    def price_per_second(self) -> Decimal:
        """US dollars for one second of output."""
        return pricing.price_per_second(
            schemas.Model(self.settings.model),
            schemas.Resolution(self.settings.resolution),
            with_video=self.motion is not None,
        )

    @property
    def estimate_usd(self) -> Decimal:
        """US dollars for the whole take."""
        return self.price_per_second * self.billed_seconds

    def _tag(self, reference: Reference) -> str:
        return f"@{self.tags[handles.fold(reference.handle)]}"

    def _subject(self, reference: Reference, url_of: UrlOf) -> dict[str, Any]:
        pictures = [url_of(media) for media in reference.media(VersionFile.Role.PICTURE)]
        kind = schemas.PictureType.GRID if reference.role == "grid" else schemas.PictureType.IMAGE
        return {"tag": self._tag(reference), "type": kind.value, "image_urls": pictures}

    def _motion(self, reference: Reference, url_of: UrlOf) -> dict[str, Any]:
        clips = reference.media(VersionFile.Role.CLIP)
        return {
            "tag": self._tag(reference),
            "type": "reference",
            "video_url": url_of(clips[0]) if clips else "",
        }


def compose(*, user: AnyUser, project: Project, prompt: str, settings: Settings) -> Composition:
    """Bind the prompt's handles to what the user may see, as the project pins it.

    Earlier names of assets are written as they are called now, so that the job means the same once such a name is
    released.
    """
    prompt = handles.replace_handles(prompt, _present_names(user, prompt))
    names = list(dict.fromkeys(handles.fold(mention.name) for mention in handles.find_handles(prompt)))
    assets = {handles.fold(asset.handle): asset for asset in _assets(user, names)}
    problems = [_unknown(name, prompt, user) for name in names if name not in assets]
    problems += [problem for asset in assets.values() if (problem := _not_usable(asset))]
    usable = [assets[name] for name in names if name in assets and _not_usable(assets[name]) is None]
    references = [
        Reference(asset.handle, asset, version, _role(asset), place)
        for place, (asset, version) in enumerate(_pinned(project, usable))
    ]
    return Composition(prompt, settings, references, problems)


def of_job(job: Job) -> Composition:
    """What a job asks for, from the versions that it pinned when it was queued."""
    rows = job.references.select_related("asset", "version").prefetch_related("version__files__media")
    references = [
        Reference(row.handle, row.asset, row.version, cast(Role, row.role), row.position) for row in rows
    ]
    return Composition(job.prompt, Settings.of(job), references)


def unambiguous_tags(names: Sequence[str]) -> dict[str, str]:
    """A tag for each handle such that none starts another: providers look for tags by substring
    (skyreels-api.md, section 1). Handles without a clash keep their name."""
    tags = {handles.fold(name): name for name in names}
    count = 0
    while clashes := handles.prefix_clashes(list(tags.values())):
        shorter = handles.fold(clashes[0][0])
        holder = next(name for name, tag in tags.items() if handles.fold(tag) == shorter)
        count += 1
        tags[holder] = f"{names[[handles.fold(name) for name in names].index(holder)][:26]}_r{count}x"
    return tags


def _assets(user: AnyUser, names: Iterable[str]) -> Iterable[Asset]:
    return Asset.objects.visible_to(user).active().named(*names)


def _pinned(project: Project, assets: Sequence[Asset]) -> list[tuple[Asset, AssetVersion]]:
    """Each asset with the version that the project pins, else the current one."""
    links = project.links.filter(asset__in=assets, pinned_version__isnull=False)
    chosen = {asset.pk: asset.current_version_id for asset in assets}
    chosen |= dict(links.values_list("asset_id", "pinned_version_id"))
    wanted = [version for version in chosen.values() if version is not None]
    versions = AssetVersion.objects.prefetch_related("files__media").in_bulk(wanted)
    return [(asset, versions[version]) for asset in assets if (version := chosen[asset.pk]) is not None]


def _present_names(user: AnyUser, prompt: str) -> dict[str, str]:
    """Folded earlier name -> the handle of today, for the assets that the user may see."""
    names = {handles.fold(mention.name) for mention in handles.find_handles(prompt)}
    if not names:
        return {}
    aliases = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=names)
    visible = aliases.filter(asset__in=Asset.objects.visible_to(user).active())
    return dict(visible.values_list("folded", "asset__handle"))


def _role(asset: Asset) -> Role:
    if asset.kind == Asset.Kind.VIDEO:
        return "motion"
    return "grid" if asset.is_grid else "subject"


def _unknown(name: str, prompt: str, user: AnyUser) -> Problem:
    written = next(found.name for found in handles.find_handles(prompt) if handles.fold(found.name) == name)
    known = {handles.fold(handle): handle for handle in _known_handles(user)}
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean @{known[near[0]]}?" if near else " Add it to the library, or take the @ away."
    return Problem("prompt", f"@{written} is not in the library.{hint}")


def _known_handles(user: AnyUser) -> Iterable[str]:
    visible = Asset.objects.visible_to(user).active()
    return visible.order_by("-pk").values_list("handle", flat=True)[:SUGGESTIONS_FROM]


def _not_usable(asset: Asset) -> Problem | None:
    if asset.current_version_id is None:
        return Problem("prompt", f"@{asset.handle} has no files yet. Add one on its page, or take it out.")
    if asset.kind == Asset.Kind.AUDIO:
        return Problem("prompt", f"@{asset.handle} is a voice. A voice is sent only as part of a character.")
    if asset.rights_state == EXPIRED:
        ended = f"@{asset.handle} may not be used in a new take: its rights ended on {asset.rights_end_on}."
        return Problem("prompt", f"{ended} {asset.who_extends} can extend them on its page.")
    return None


def _file_problems(references: Sequence[Reference]) -> list[Problem]:
    """The limits that only the probed file can tell (skyreels-api.md, sections 1 and 7)."""
    found = []
    for reference in references:
        for media in reference.media(VersionFile.Role.CLIP):
            if (media.seconds or 0) > schemas.MAX_REF_VIDEO_SECONDS:
                found.append(
                    Problem(
                        "prompt",
                        f"@{reference.handle} is {media.seconds:.1f} s long; "
                        f"a motion reference may have {schemas.MAX_REF_VIDEO_SECONDS} s.",
                    )
                )
    return found
