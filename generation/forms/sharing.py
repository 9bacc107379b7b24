"""What a member chooses for a share link, and what a guest types to come in."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from generation.models import Guest, Playlist, ShareLink, Shot, Take
from generation.reviews.notes.notes import EMPTY
from generation.reviews.sharing import share_links
from generation.reviews.sharing.share_links import CannotShare, Shown, Terms
from library.forms.text import VisibleCharField
from library.models import Project

DAYS, MOST_DAYS = 14, 365
OFFERED = 500


class ShareForm(forms.Form):
    """What is shown, until when, and what guests may do with it."""

    what = forms.CharField(label="What guests see", widget=forms.Select)
    label = VisibleCharField(
        label="For whom",
        required=False,
        max_length=ShareLink._meta.get_field("label").max_length,
        help_text="For this list; guests do not see it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.IntegerField(
        label="Open for how many days",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        initial=DAYS,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), f"Choose 1 to {MOST_DAYS} days."),
    )
    until = forms.DateField(
        label="Or to the end of this day",
        required=False,
        help_text="In UTC. A day here goes before the number of days.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    password = forms.CharField(
        required=False,
        max_length=100,
        help_text=f"At least {share_links.SHORTEST_PASSWORD} characters. Stored as a hash: send it to your guests.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    allows_notes = forms.BooleanField(
        label="Guests write notes",
        required=False,
        initial=True,
        help_text="Guests of one link see each other's notes and your replies to them. The team's own notes they never"
        " see.",
    )
    allows_verdicts = forms.BooleanField(
        label="Guests give verdicts",
        required=False,
        help_text="As advice: a guest's verdict decides nothing.",
    )
    allows_download = forms.BooleanField(
        label="Guests download the files",
        required=False,
        help_text="Without it there is no button for that; whoever knows how can still keep what a browser plays.",
    )
    has_watermark = forms.BooleanField(
        label=gettext_lazy("Watermark"),
        required=False,
        help_text=gettext_lazy(
            "Burnt into every frame that guests of this link see or download. Preparing the videos takes about as long"
            " as their running time; guests see each one when it is ready."
        ),
    )
    watermark_text = VisibleCharField(
        label=gettext_lazy("Watermark text"),
        required=False,
        max_length=ShareLink._meta.get_field("watermark_text").max_length,
        help_text=gettext_lazy(
            "Visible to guests. Leave empty for the project and a number of the link. To trace leaks, create a link for"
            " each guest with the guest's name here."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_blind = forms.BooleanField(
        label="A blind vote",
        required=False,
        help_text="Guests see the takes without numbers, each in an order of their own, and choose one. There are no"
        " notes, verdicts or downloads then. What they chose is told, to them too, once you close the vote.",
    )

    by_invitation = forms.BooleanField(
        label=gettext_lazy("Voting by invitation only"),
        required=False,
        help_text=gettext_lazy(
            "For blind votes: each voter gets a personal URL, which casts one ballot. Otherwise everyone with the link"
            " can vote, and you see which ballots came from the same address."
        ),
    )

    def __init__(self, data: Any = None, *, project: Project, wanted: str = "") -> None:
        super().__init__(data, initial={"what": wanted or "project"})
        self.project = project
        chosen = str(self.data.get("what", "")) if self.is_bound else wanted
        self.fields["what"].widget.choices = offered(project, chosen)

    def clean_what(self) -> Shown:
        """The thing itself."""
        found = find_shown(self.project, self.cleaned_data["what"])
        if found is None:
            raise forms.ValidationError(
                "That is not in this project any more. Choose something from the list."
            )
        return found

    def clean_watermark_text(self) -> str:
        """Return it in one line."""
        return one_line(self.cleaned_data["watermark_text"])

    def clean_until(self) -> date | None:
        """A day within a year."""
        day: date | None = self.cleaned_data["until"]
        if day and day > timezone.now().date() + timedelta(days=MOST_DAYS):
            raise forms.ValidationError(f"A link opens for {MOST_DAYS} days at most. Choose an earlier day.")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("days") and not values.get("until") and not self.errors:
            self.add_error("days", "Say for how long the link opens: a number of days, or a day.")
        return values

    def make(self, *, by: User) -> ShareLink | None:
        """The new link; None when the form says what stands in the way."""
        values = self.cleaned_data
        terms = Terms(
            notes=values["allows_notes"],
            verdicts=values["allows_verdicts"],
            download=values["allows_download"],
            watermark=values["has_watermark"],
            blind=values["is_blind"],
            by_invitation=values["by_invitation"],
            mark=values["watermark_text"],
        )
        try:
            return share_links.share(
                values["what"],
                by=by,
                terms=terms,
                expires_at=self._expires_at(),
                label=values["label"],
                password=values["password"],
            )
        except CannotShare as refusal:
            self.add_error(refusal.field or None, str(refusal))
            return None

    def _expires_at(self) -> datetime:
        values = self.cleaned_data
        if values["until"]:
            return datetime.combine(values["until"] + timedelta(days=1), time.min, UTC)
        return timezone.now() + timedelta(days=values["days"])


class EnterForm(forms.Form):
    """Who comes in, and the link's password if it has one."""

    name = VisibleCharField(
        label="Your name",
        max_length=Guest._meta.get_field("name").max_length,
        help_text="It stands beside what you write, and is remembered in this browser.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Give a name, so that the team knows who speaks."},
    )
    password = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, link: ShareLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not link.password:
            del self.fields["password"]

    def clean_name(self) -> str:
        """In one line, without what would turn the writing around or break it."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Give a name, so that the team knows who speaks.")
        return name


class GuestNoteForm(forms.Form):
    """What a guest says, at a time code or of the whole take; or their reply to a thread."""

    text = VisibleCharField(
        label="Your note",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": EMPTY},
    )
    at = forms.CharField(
        label="At time code",
        required=False,
        max_length=12,
        help_text="Minutes:seconds.frames, such as 00:02.10. Empty: the whole take.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )


class MarkForm(forms.Form):
    """Another text for the watermark of a link."""

    watermark_text = VisibleCharField(
        required=False, max_length=ShareLink._meta.get_field("watermark_text").max_length
    )

    def clean_watermark_text(self) -> str:
        """Return it in one line, if it can be drawn."""
        mark = one_line(self.cleaned_data["watermark_text"])
        try:
            share_links.check_mark(mark)
        except CannotShare as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return mark


class VotersForm(forms.Form):
    """Voters to invite to a blind vote: names, one per line, and a number of unnamed voters."""

    names = forms.CharField(
        label=gettext_lazy("Names, one per line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    unnamed = forms.IntegerField(
        label=gettext_lazy("Number of unnamed voters"),
        required=False,
        min_value=0,
        max_value=200,
        initial=0,
    )

    def clean_names(self) -> list[str]:
        """Return the names, each in one line and not too long."""
        names = [name for line in self.cleaned_data["names"].splitlines() if (name := one_line(line))]
        longest = Guest._meta.get_field("name").max_length or 0
        if too_long := next((name for name in names if len(name) > longest), None):
            raise forms.ValidationError(
                gettext("“%(name)s” is longer than %(most)d characters.")
                % {"name": too_long, "most": longest}
            )
        return names

    def invited(self) -> list[str]:
        """Return the names of all invited voters; empty strings for unnamed ones."""
        return [*self.cleaned_data["names"], *[""] * (self.cleaned_data["unnamed"] or 0)]


def one_line(text: str) -> str:
    """Return the text without line breaks and other characters that cannot be seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def offered(project: Project, chosen: str = "") -> list[tuple[str, Any]]:
    """What a link of this project may show; a single take only when it was asked for by its page."""
    shots = project.shots.filter(takes__isnull=False).distinct()[:OFFERED]
    playlists = project.playlists.all()[:OFFERED]
    choices: list[tuple[str, Any]] = [("project", "The approved takes of the project")]
    take = find_shown(project, chosen) if chosen.startswith("take:") else None
    if isinstance(take, Take):
        where = f" of shot {take.shot.code}" if take.shot else ""
        choices.insert(0, (chosen, f"{take}{where}"))
    if playlists:
        choices.append(("Playlists", [(f"playlist:{found.uuid}", found.name) for found in playlists]))
    if shots:
        choices.append(("Takes of a shot", [(f"shot:{shot.code}", f"Shot {shot}") for shot in shots]))
    return choices


def find_shown(project: Project, chosen: str) -> Shown | None:
    """`project`, `take:<uuid>`, `shot:<code>` or `playlist:<uuid>` of this project."""
    kind, _, key = chosen.partition(":")
    if kind == "project":
        return project
    if kind == "shot":
        return Shot.objects.filter(project=project, code=key.replace("\0", "")).first()
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    if kind == "take":
        return Take.objects.filter(project=project, uuid=uuid).select_related("shot").first()
    return Playlist.objects.filter(project=project, uuid=uuid).first() if kind == "playlist" else None
