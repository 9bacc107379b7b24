"""The states of a take in review, with everything that pages, messages and the API derive from them.

A new state needs a member and its details here, a migration for the two columns with choices, a sentence in the
notification templates `verdict.txt` and `guest.txt`, and its translations.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class VerdictTexts:
    """The texts of one verdict for reviewers, and the `key` of its keyboard shortcut.

    A verdict with a `question` needs a reason; `reason_missing` is the error without one. `confirmation` has the
    placeholder `take`.
    """

    key: str
    button: Text
    short_button: Text
    confirmation: Text
    question: Text = ""
    reason_missing: Text = ""


@dataclass(frozen=True, kw_only=True)
class StateDetails:
    """The presentation of a state; `tone` is part of the CSS classes of badges, marks and bars."""

    tone: str
    short_label: Text
    verdict: VerdictTexts | None = None


class ReviewState(models.TextChoices):
    """The result of all verdicts on a take.

    All members with verdict texts can be given as a verdict. Those after APPROVED are objections, in order of
    precedence: the last one among the verdicts on a take decides.
    """

    WAITING = "waiting", _("To review")
    APPROVED = "approved", _("Approved")
    CHANGES = "changes", _("Changes requested")
    REJECTED = "rejected", _("Rejected")

    @property
    def details(self) -> StateDetails:
        return DETAILS[self]

    @property
    def texts(self) -> VerdictTexts:
        """Return the texts of a state that can be given as a verdict."""
        texts = DETAILS[self].verdict
        assert texts is not None, self  # noqa: S101 - callers have a verdict
        return texts

    @property
    def is_verdict(self) -> bool:
        return DETAILS[self].verdict is not None

    @property
    def is_objection(self) -> bool:
        return self.is_verdict and self != ReviewState.APPROVED

    @property
    def badge_class(self) -> str:
        return f"badge-{DETAILS[self].tone}"

    @classmethod
    def verdicts(cls) -> list["ReviewState"]:
        """Return the states that can be given as a verdict."""
        return [state for state in cls if state.is_verdict]

    @classmethod
    def verdict_choices(cls) -> list[tuple[str, Text]]:
        """Return the verdicts as choices of a field."""
        return [(state.value, state.label) for state in cls.verdicts()]


DETAILS: dict[ReviewState, StateDetails] = {
    ReviewState.WAITING: StateDetails(tone="info", short_label=_("To review")),
    ReviewState.APPROVED: StateDetails(
        tone="ok",
        short_label=_("Approved"),
        verdict=VerdictTexts(
            key="a",
            button=_("Approve"),
            short_button=_("Approve"),
            confirmation=_("You approved %(take)s."),
        ),
    ),
    ReviewState.CHANGES: StateDetails(
        tone="amber",
        short_label=pgettext_lazy("review state", "Changes"),
        verdict=VerdictTexts(
            key="c",
            button=_("Request changes"),
            short_button=pgettext_lazy("request changes", "Changes"),
            confirmation=_("You requested changes to %(take)s."),
            question=_("What should change?"),
            reason_missing=_("Describe what should change, so that the next take can be made."),
        ),
    ),
    ReviewState.REJECTED: StateDetails(
        tone="bad",
        short_label=_("Rejected"),
        verdict=VerdictTexts(
            key="x",
            button=_("Reject"),
            short_button=_("Reject"),
            confirmation=_("You rejected %(take)s."),
            question=_("Why do you reject it?"),
            reason_missing=_("Give the reason for the rejection."),
        ),
    ),
}
