"""Where takes and shots stand in review, as lists ask for it: in the one query that they make anyway."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from generation.models import Shot, Take, Verdict
from generation.models.takes import TakeQuerySet
from library.models.projects import AnyUser

APPROVED, WAITING = Take.Review.APPROVED, Take.Review.WAITING


def with_standing(shots: QuerySet[Shot]) -> QuerySet[Shot]:
    """The shots with `standing`, by the takes that are still wanted: approved once any is; otherwise what was said of
    the newest one, so that a new one reopens what was asked; empty without takes."""
    of_shot = Take.objects.filter(shot=OuterRef("pk"))
    newest = of_shot.wanted().order_by("-pk").values("review")[:1]
    return shots.annotate(
        standing=Case(
            When(Exists(of_shot.wanted().filter(review=APPROVED)), then=Value(APPROVED.value)),
            default=Coalesce(Subquery(newest), Value("")),
        )
    )


def of_shot(shot: Shot) -> str:
    """Where one shot stands."""
    return str(getattr(with_standing(Shot.objects.filter(pk=shot.pk)).get(), "standing"))  # noqa: B009 - annotated


def waiting_for(user: AnyUser) -> TakeQuerySet:
    """The takes that wait for this person's verdict: nobody objected, approvals are missing, and theirs is one."""
    mine = Verdict.objects.filter(by=user.pk)
    latest = mine.filter(take=OuterRef("take")).order_by("-pk").values("pk")[:1]
    stands = mine.filter(take=OuterRef("pk"), pk=Subquery(latest), withdrawn_at__isnull=True)
    takes = Take.objects.decidable_by(user).wanted().filter(review=WAITING)
    return takes.filter(~Exists(stands))
