"""The review state of shots, and the takes that need a user's verdict, as parts of queries for lists."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from generation.models import ReviewState, Shot, Take, Verdict
from generation.models.takes import TakeQuerySet
from library.models.projects import AnyUser


def with_review_state(shots: QuerySet[Shot]) -> QuerySet[Shot]:
    """Annotate shots with `review_state`, by their takes that were not abandoned.

    A shot is approved once any take is; otherwise it has the state of its newest take, so that a new take reopens it.
    Empty without takes.
    """
    of_shot = Take.objects.filter(shot=OuterRef("pk")).wanted()
    newest = of_shot.order_by("-pk").values("review")[:1]
    is_approved = Exists(of_shot.filter(review=ReviewState.APPROVED))
    return shots.annotate(
        review_state=Case(
            When(is_approved, then=Value(ReviewState.APPROVED.value)),
            default=Coalesce(Subquery(newest), Value("")),
        )
    )


def of_shot(shot: Shot) -> str:
    """Return the review state of one shot."""
    found = with_review_state(Shot.objects.filter(pk=shot.pk)).get()
    return str(getattr(found, "review_state"))  # noqa: B009 - annotated


def needing_verdict_of(user: AnyUser) -> TakeQuerySet:
    """Return the takes that need this user's verdict: no objection, approvals missing, and none by this user."""
    own = Verdict.objects.filter(by=user.pk)
    latest = own.filter(take=OuterRef("take")).order_by("-pk").values("pk")[:1]
    counting = own.filter(take=OuterRef("pk"), pk=Subquery(latest), withdrawn_at__isnull=True)
    takes = Take.objects.decidable_by(user).wanted().filter(review=ReviewState.WAITING)
    return takes.filter(~Exists(counting))
