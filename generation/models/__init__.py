"""The tables of generation: shots, jobs and their event logs, takes and reviews, costs, tokens, and worker state."""

from generation.models.batches import Batch
from generation.models.client_webhooks import Callback
from generation.models.gateway import GatewayState, Heartbeat
from generation.models.idempotency import IdempotencyKey
from generation.models.jobs import Job, JobEvent, JobReference
from generation.models.ledger import LedgerEntry
from generation.models.link_films import LinkFilm
from generation.models.notes import Note
from generation.models.notifications import MailSettings, Notification
from generation.models.playlists import Playlist, PlaylistItem
from generation.models.productions import Price, Production, RenderTime
from generation.models.promotions import Promotion
from generation.models.review_states import ReviewState
from generation.models.sharing import Guest, ShareLink, Vote, Voter
from generation.models.shots import Shot
from generation.models.takes import Take
from generation.models.tokens import ApiToken, PersonalProject
from generation.models.verdicts import Verdict

__all__ = [
    "ApiToken",
    "Batch",
    "Callback",
    "GatewayState",
    "Guest",
    "Heartbeat",
    "IdempotencyKey",
    "Job",
    "JobEvent",
    "JobReference",
    "LedgerEntry",
    "LinkFilm",
    "MailSettings",
    "Note",
    "Notification",
    "PersonalProject",
    "Playlist",
    "PlaylistItem",
    "Price",
    "Production",
    "Promotion",
    "RenderTime",
    "ReviewState",
    "ShareLink",
    "Shot",
    "Take",
    "Verdict",
    "Vote",
    "Voter",
]
