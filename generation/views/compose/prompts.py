"""Prompts and requests as pages show them: handles as chips, URLs without their signatures."""

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
_WEBHOOK_TOKEN = re.compile(r"(/hooks/skyreels/)[\w-]+")


# A page shows a dozen of the fifty columns.
REFERENCE_COLUMNS = (
    *("job", "handle", "role", "second", "with_voice"),
    *("asset__handle", "asset__rights_end_on", "asset__current_version__number", "version__number"),
)


@dataclass(frozen=True)
class PromptSegment:
    """A segment of a prompt: plain text, or a handle with its reference."""

    text: str
    reference: Any = None


def split_prompt(prompt: str, references: Iterable[Any]) -> list[PromptSegment]:
    """Split the prompt at its handles. `references` have a `handle`; other handles remain text."""
    known = {handles.fold(reference.handle): reference for reference in references}
    segments, at = [], 0
    for mention in handles.find_handles(prompt):
        if reference := known.get(handles.fold(mention.name)):
            written = prompt[mention.start : mention.end]
            segments += [PromptSegment(prompt[at : mention.start]), PromptSegment(written, reference)]
            at = mention.end
    return [segment for segment in [*segments, PromptSegment(prompt[at:])] if segment.text]


def references_of(job: Job) -> list[JobReference]:
    """Return a job's references with the files of the pinned versions, without columns that pages do not show.
    Two queries."""
    files = VersionFile.objects.select_related("media").only("version", "role", "media__thumbnail_key")
    shown = job.references.select_related("asset__current_version", "version").only(*REFERENCE_COLUMNS)
    return list(shown.prefetch_related(Prefetch("version__files", files)))


def request_json(request: dict[str, Any] | bytes | None) -> str:
    """Return a request as indented JSON, without signatures and webhook tokens; empty when there is none."""
    if not request:
        return ""
    data = json.loads(request) if isinstance(request, bytes) else request
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return _WEBHOOK_TOKEN.sub(r"\1…", _SIGNATURE.sub(r"\1", text))
