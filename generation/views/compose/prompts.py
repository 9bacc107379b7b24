"""Prompts and requests as people read them: handles as chips, addresses without their signatures."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from generation.models import Job, JobReference
from library import handles
from library.models import VersionFile

_SIGNATURE = re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"']*")
_HOOK = re.compile(r"(/hooks/skyreels/)[\w-]+")


# A page shows a dozen of the fifty columns.
OF_REFERENCE = (
    *("job", "handle", "role", "second", "with_voice"),
    *("asset__handle", "asset__rights_end_on", "asset__current_version__number", "version__number"),
)


@dataclass(frozen=True)
class Part:
    """A piece of a prompt: plain text, or a handle with the reference that it stands for."""

    text: str
    reference: Any = None


def prompt_parts(prompt: str, references: Iterable[Any]) -> list[Part]:
    """The prompt cut at its handles; `references` have a `handle`, unknown handles stay text."""
    known = {handles.fold(reference.handle): reference for reference in references}
    parts, at = [], 0
    for mention in handles.find_handles(prompt):
        if reference := known.get(handles.fold(mention.name)):
            parts += [Part(prompt[at : mention.start]), Part(prompt[mention.start : mention.end], reference)]
            at = mention.end
    return [part for part in [*parts, Part(prompt[at:])] if part.text]


def references_of(job: Job) -> list[JobReference]:
    """What the job's handles were bound to, with the files of the pinned versions, as far as it is shown; two
    queries."""
    files = VersionFile.objects.select_related("media").only("version", "role", "media__thumbnail_key")
    shown = job.references.select_related("asset__current_version", "version").only(*OF_REFERENCE)
    return list(shown.prefetch_related(Prefetch("version__files", files)))


def shown_request(request: dict[str, Any] | bytes | None) -> str:
    """A request as indented JSON whose addresses have lost what opens them; empty when there is none."""
    if not request:
        return ""
    data = json.loads(request) if isinstance(request, bytes) else request
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return _HOOK.sub(r"\1…", _SIGNATURE.sub(r"\1", text))
