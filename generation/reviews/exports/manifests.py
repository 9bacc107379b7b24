"""Build the provenance cards of takes from the database."""

import json
from collections.abc import Container, Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from generation.models import Job, JobReference, LedgerEntry, Take, Verdict
from generation.reviews.exports.exported_notes import GONE
from generation.reviews.exports.provenance_cards import (
    AssetCard,
    CostCard,
    CredentialsCard,
    FileCard,
    TakeCard,
    TimesCard,
    VerdictCard,
)
from generation.reviews.verdicts import verdicts
from library.models import VersionFile

# Our webhook URLs, and secrets.
OMITTED_FIELDS = {"webhook", "callback_url", "api_key", "authorization", "token"}


def with_card_data(takes: QuerySet[Take]) -> QuerySet[Take]:
    """Fetch everything that the cards need in a few queries."""
    files = Prefetch("version__files", VersionFile.objects.select_related("media"))
    references = JobReference.objects.select_related("asset", "version").prefetch_related(files)
    return takes.select_related("project", "shot", "job__created_by", "job__ledger").prefetch_related(
        Prefetch("job__references", references),
        Prefetch("verdicts", Verdict.objects.select_related("by", "guest").order_by("pk")),
    )


def build_card(take: Take, *, file: str, base_url: str, editable: Container[int]) -> TakeCard:
    """Return the card of a take from `with_card_data`.

    `file` is its name in the zip, `editable` the keys of the assets whose terms are included.
    """
    job = take.job
    return TakeCard(
        file=file,
        credentials=_credentials(take),
        take=str(take.uuid),
        shot=take.shot.code if take.shot else "",
        address=f"{base_url}{take.get_absolute_url()}",
        made_by=job.created_by.get_username(),
        provider=job.provider,
        model=job.model,
        task=job.task_id,
        prompt=job.prompt,
        settings=_settings(job),
        request=_request(job),
        times=TimesCard(
            asked=job.created_at, sent=job.submitted_at, rendered=job.rendered_at, stored=take.created_at
        ),
        assets=[
            _asset(reference, may_edit=reference.asset_id in editable) for reference in job.references.all()
        ],
        cost=_cost(job),
        verdicts=_verdicts(take.verdicts.all()),
        **{name: getattr(take, name) for name in ("sha256", "size", "width", "height", "seconds", "fps")},
        **{name: getattr(take, name) for name in ("codec", "has_audio", "number")},
        frames=take.frame_count,
    )


def _credentials(take: Take) -> CredentialsCard:
    """Return who signed the take, or why it is unsigned; empty for takes from before content credentials."""
    return CredentialsCard(
        signed_by=take.signed_by, original_sha256=take.original_sha256, reason=take.unsigned_text
    )


def _settings(job: Job) -> dict[str, Any]:
    return {
        "resolution": job.resolution,
        "aspect_ratio": job.aspect_ratio,
        "duration": job.duration,
        "prompt_optimizer": job.prompt_optimizer,
    }


def _request(job: Job) -> Any:
    """Return the request without secrets, or None if it was not recorded."""
    return _without_secrets(json.loads(bytes(job.request_body))) if job.request_body else None


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_secrets(item) for name, item in value.items() if name.lower() not in OMITTED_FIELDS
        }
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return value.partition("?")[0].partition("#")[0]
    return value


def _asset(reference: JobReference, *, may_edit: bool) -> AssetCard:
    asset = reference.asset
    return AssetCard(
        handle=reference.handle,
        version=reference.version.number,
        role=reference.role,
        second=reference.second,
        with_voice=reference.with_voice,
        files=[
            FileCard(role=use.role, sha256=use.media.sha256, mime=use.media.mime, size=use.media.size)
            for use in reference.version.files.all()
        ],
        kind=asset.kind,
        title=asset.title,
        licence=asset.licence if may_edit else None,
        source=asset.source if may_edit else None,
        consent_note=asset.consent_note if may_edit else None,
        rights_end_on=asset.rights_end_on,
    )


def _cost(job: Job) -> CostCard | None:
    entry: LedgerEntry | None = getattr(job, "ledger", None)
    if entry is None:
        return None
    return CostCard(
        state=entry.state,
        billed_seconds=job.billed_seconds,
        estimated=entry.estimate_usd,
        reported=job.cost_usd,
        booked=entry.actual_usd,
    )


def _verdicts(rows: Iterable[Verdict]) -> list[VerdictCard]:
    given = list(rows)
    counting = {verdict.pk for verdict in verdicts.counting_verdicts(given)}
    return [
        VerdictCard(
            decision=verdict.decision,
            by=str(verdict.by or verdict.guest or GONE),
            is_guest=verdict.guest is not None,
            at=verdict.at,
            reason=verdict.reason,
            withdrawn_at=verdict.withdrawn_at,
            counts=verdict.pk in counting,
        )
        for verdict in given
    ]
