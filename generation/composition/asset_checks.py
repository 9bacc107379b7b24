"""What an asset cannot be used for, in a sentence for people (skyreels-api.md, sections 1 and 7)."""

from collections.abc import Iterator

from generation.composition.handle_resolution import Bound
from generation.composition.problems import Problem
from generation.models import JobReference
from library import usability
from library.models import Asset, VersionFile
from library.models.rights import EXPIRED
from library.usability import Use
from library.usability_text import finding_text

Part = JobReference.Role

NEEDED: dict[str, Use] = {
    Part.FIRST: Use.FRAME,
    Part.MID: Use.FRAME,
    Part.END: Use.FRAME,
    # Whether a picture is a collage is for whoever sends it to say: marked or not, it is one picture.
    Part.SUBJECT: Use.SUBJECT | Use.GRID,
    Part.GRID: Use.SUBJECT | Use.GRID,
    Part.MOTION: Use.MOTION,
    Part.EXTEND: Use.EXTENSION,
    Part.VOICE: Use.VOICE,
}
FILES: dict[str, str] = {
    Part.MOTION: VersionFile.Role.VIDEO,
    Part.EXTEND: VersionFile.Role.VIDEO,
    Part.VOICE: VersionFile.Role.VOICE,
}


def file_role(part: str) -> str:
    """Which of a version's files serve a part, as a value of `VersionFile.Role`."""
    return FILES.get(part, VersionFile.Role.IMAGE)


def why_never(bound: Bound) -> str:
    """Why no new take can use this asset in any part; empty when one can."""
    asset = bound.asset
    if bound.is_kept_elsewhere:
        # Its people alone may see it, and all of the project that asks would see the take.
        return f"@{asset.handle} is kept to another project. Let everyone use it on its page, or take it out."
    if bound.version is None:
        return f"@{asset.handle} has no files yet. Add one on its page, or take it out."
    return why_ended(asset)


def why_ended(asset: Asset) -> str:
    """That its rights have ended, and who may extend them; empty while they last."""
    if asset.rights_state != EXPIRED:
        return ""
    ended = f"@{asset.handle} may not be used in a new take: its rights ended on {asset.rights_end_on}."
    return f"{ended} {asset.rights_extension_hint}"


def why_not_named(bound: Bound) -> str:
    """The same for an asset that only the prompt names."""
    if bound.asset.kind == Asset.Kind.AUDIO and bound.version is not None:
        return f"@{bound.handle} is a voice. A voice is sent only as part of a character."
    return why_never(bound)


def misfits(bound: Bound, part: str, param: str) -> Iterator[Problem]:
    """What the facts of its files say against this part, each with the field's path.

    `param` is the path of a single file, or that of the list for pictures.
    """
    files = bound.media(file_role(part))
    listed = param.endswith("image_urls")
    found = [
        Problem(
            f"{param}.{place}" if listed else param,
            f"@{bound.handle} cannot be used: {finding_text(refusal)}.",
        )
        for place, file in enumerate(files)
        for refusal in usability.usability_of(file.kind, bound.asset.is_grid, [file]).refusals
    ]
    yield from found
    if not found and not bound.fitness.uses & NEEDED[part]:
        yield Problem(param, _no_such_part(bound, part))
    yield from (
        Problem(param, f"@{bound.handle}: {finding_text(warning)}.", "warning")
        for file in files
        for warning in usability.usability_of(file.kind, bound.asset.is_grid, [file]).warnings
    )


def _no_such_part(bound: Bound, part: str) -> str:
    if not bound.fitness.uses and bound.fitness.refusals:
        return f"@{bound.handle} cannot be used: {'; '.join(map(finding_text, bound.fitness.refusals))}."
    if part == Part.VOICE and bound.asset.kind == Asset.Kind.CHARACTER:
        return f"@{bound.handle} has no voice. Add one on its page, or let it be silent."
    kind = "a grid of pictures" if bound.asset.is_grid else f"a {bound.asset.get_kind_display().lower()}"
    return f"@{bound.handle} is {kind}; it cannot be used as {Part(part).label.lower()}."
