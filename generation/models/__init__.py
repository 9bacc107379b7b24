"""The tables of generation: shots, jobs and their story, takes, money, API tokens, the state shared by all workers."""

from generation.models.batches import Batch
from generation.models.gateway import GatewayState, Heartbeat
from generation.models.idempotency import IdempotencyKey
from generation.models.jobs import Job, JobEvent, JobReference
from generation.models.ledger import LedgerEntry
from generation.models.productions import Price, Production, RenderTime
from generation.models.promotions import Promotion
from generation.models.shots import Shot
from generation.models.takes import Take
from generation.models.tokens import ApiToken, PersonalProject

__all__ = [
    "ApiToken",
    "Batch",
    "GatewayState",
    "Heartbeat",
    "IdempotencyKey",
    "Job",
    "JobEvent",
    "JobReference",
    "LedgerEntry",
    "PersonalProject",
    "Price",
    "Production",
    "Promotion",
    "RenderTime",
    "Shot",
    "Take",
]
