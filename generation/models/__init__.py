"""The tables of generation: shots, jobs and their story, takes, money, and the state shared by all workers."""

from generation.models.gateway import GatewayState, Heartbeat
from generation.models.jobs import Job, JobEvent, JobReference
from generation.models.ledger import LedgerEntry
from generation.models.shots import Shot
from generation.models.takes import Take

__all__ = ["GatewayState", "Heartbeat", "Job", "JobEvent", "JobReference", "LedgerEntry", "Shot", "Take"]
