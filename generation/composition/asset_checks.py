"""Checks whether an asset can be used in a take and in a role (skyreels-api.md, sections 1 and 7)."""

from collections.abc import Iterator

from generation.composition.handle_resolution import ResolvedAsset
from generation.composition.problems import Problem, ProblemCode, problem
from generation.models import JobReference
from library import usability
from library.models import Asset, VersionFile
from library.models.rights import EXPIRED
from library.usability import Use
from library.usability_text import finding_text

Role = JobReference.Role

REQUIRED_USES: dict[str, Use] = {
    Role.FIRST: Use.FRAME,
    Role.MID: Use.FRAME,
    Role.END: Use.FRAME,
    # The sender decides whether an image is a grid: marked or not, it is one image.
    Role.SUBJECT: Use.SUBJECT | Use.GRID,
    Role.GRID: Use.SUBJECT | Use.GRID,
    Role.MOTION: Use.MOTION,
    Role.EXTEND: Use.EXTENSION,
    Role.VOICE: Use.VOICE,
}
FILE_ROLES: dict[str, str] = {
    Role.MOTION: VersionFile.Role.VIDEO,
    Role.EXTEND: VersionFile.Role.VIDEO,
    Role.VOICE: VersionFile.Role.VOICE,
}


def file_role(role: str) -> str:
    """Return which of a version's files are sent for a role, as a value of `VersionFile.Role`."""
    return FILE_ROLES.get(role, VersionFile.Role.IMAGE)


def unusable_problem(resolved: ResolvedAsset, field: str) -> Problem | None:
    """Return why no new take can use this asset in any role; None when one can."""
    handle = resolved.handle
    if resolved.is_in_other_project:
        # Its project's members alone may see it, but everyone in this project would see the take.
        return problem(ProblemCode.IN_OTHER_PROJECT, field, handle=handle)
    if resolved.version is None:
        return problem(ProblemCode.NO_FILES, field, handle=handle)
    return rights_problem(resolved.asset, field)


def rights_problem(asset: Asset, field: str) -> Problem | None:
    """Return that the rights of an asset have ended; None while they last."""
    ended = asset.rights_end_on
    if ended is None or asset.rights_state != EXPIRED:
        return None
    hint = asset.rights_extension_hint
    return problem(ProblemCode.RIGHTS_ENDED, field, handle=asset.handle, ended=ended, hint=hint)


def prompt_only_problem(resolved: ResolvedAsset) -> Problem | None:
    """Return why an asset that only the prompt names cannot be used; None when it can."""
    if resolved.asset.kind == Asset.Kind.AUDIO and resolved.version is not None:
        return problem(ProblemCode.VOICE_WITHOUT_CHARACTER, "prompt", handle=resolved.handle)
    return unusable_problem(resolved, "prompt")


def role_problems(resolved: ResolvedAsset, role: str, field: str) -> Iterator[Problem]:
    """Yield why the files of an asset do not suit a role.

    `field` is the path of a single file, or of the list for images.
    """
    files, handle = resolved.media(file_role(role)), resolved.handle
    checked = [usability.usability_of(file.kind, resolved.asset.is_grid, [file]) for file in files]
    is_list = field.endswith("image_urls")
    unsuitable = [
        problem(
            ProblemCode.FILE_UNSUITABLE,
            f"{field}.{index}" if is_list else field,
            handle=handle,
            reason=finding_text(reason),
        )
        for index, found in enumerate(checked)
        for reason in found.refusals
    ]
    yield from unsuitable
    if not unsuitable and not resolved.fitness.uses & REQUIRED_USES[role]:
        yield _wrong_role(resolved, role, field)
    for found in checked:
        for reason in found.warnings:
            code = ProblemCode.FILE_MAY_BE_REFUSED
            yield problem(code, field, level="warning", handle=handle, reason=finding_text(reason))


def _wrong_role(resolved: ResolvedAsset, role: str, field: str) -> Problem:
    handle, asset, fitness = resolved.handle, resolved.asset, resolved.fitness
    if not fitness.uses and fitness.refusals:
        reason = "; ".join(map(finding_text, fitness.refusals))
        return problem(ProblemCode.FILE_UNSUITABLE, field, handle=handle, reason=reason)
    if role == Role.VOICE and asset.kind == Asset.Kind.CHARACTER:
        return problem(ProblemCode.NO_VOICE, field, handle=handle)
    kind = "grid" if asset.is_grid else str(asset.kind)
    return problem(ProblemCode.WRONG_ROLE, field, handle=handle, kind=kind, role=str(role))
