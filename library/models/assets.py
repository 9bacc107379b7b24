"""Assets: reusable things with a handle, and the versions that jobs pin."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from library import handles, usability_text
from library import usability as usabilities
from library.models import rights
from library.models.former_handles import HandleAlias
from library.models.media import MediaFile
from library.models.projects import MAKERS, OWNERS, AnyUser, Project, in_projects_of


class AssetTag(ItemBase):
    """A tag of an asset, with a plain foreign key instead of taggit's content types, so that queries can join it."""

    tag = models.ForeignKey("taggit.Tag", models.CASCADE, related_name="library_assets")
    content_object = models.ForeignKey("library.Asset", models.CASCADE, related_name="tagged_items")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="each_tag_once")]


class AssetQuerySet(models.QuerySet["Asset"]):
    """Querysets that combine look-up and permission."""

    def visible_to(self, user: AnyUser) -> Self:
        """Return shared assets and those kept to the user's projects; all of them for an administrator.

        Creators have no special access: assets without a home project are shared, by a table constraint, and assets
        restricted to a project are visible only to its members, so not to a creator who has left.
        """
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(Q(is_shared=True) | in_projects_of(user, project="home_project"))

    def editable_by(self, user: AnyUser) -> Self:
        """Return the assets of projects in which the user is an editor, and the user's own without a project."""
        if getattr(user, "is_superuser", False):
            return self
        at_home = in_projects_of(user, MAKERS, project="home_project")
        return self.filter(at_home | Q(home_project=None, created_by_id=user.pk))

    def keys_editable_by(self, user: AnyUser) -> set[int]:
        """Return the keys of the assets that the user may edit. Only they see the terms of an asset (licence, source,
        consent); others see when its rights end."""
        return set(self.editable_by(user).order_by().values_list("pk", flat=True))

    def extendable_by(self, user: AnyUser) -> Self:
        """Return the assets whose expired rights the user may extend: as an owner of the home project, or
        as the creator if there is none."""
        if getattr(user, "is_superuser", False):
            return self
        at_home = in_projects_of(user, OWNERS, project="home_project")
        return self.filter(at_home | Q(home_project=None, created_by_id=user.pk))

    def usable_in(self, project: Project) -> Self:
        """Return the assets that a project may use: shared ones, and those restricted to it."""
        return self.filter(Q(is_shared=True) | Q(home_project=project))

    def active(self) -> Self:
        """Return the assets that are not archived."""
        return self.filter(archived_at=None)

    def named(self, *names: str) -> Self:
        """Return the assets with these current or former handles, ignoring case, with or without the `@`."""
        folded = [handles.fold(name) for name in names]
        now = Asset.objects.annotate(folded=Lower("handle")).filter(folded__in=folded)
        before = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=folded)
        # A union, since an OR over two tables would read the whole library.
        either = now.order_by().values("pk").union(before.order_by().values("asset"), all=True)
        return self.filter(pk__in=either)

    def for_cards(self) -> Self:
        """Fetch what a card shows, in three queries in total and without requests to the storage."""
        found = self.select_related("cover", "current_version", "home_project")
        return found.prefetch_related("tags", "current_version__files")


class Asset(models.Model):  # type: ignore[django-manager-missing]  # created by taggit
    """A reusable item with a handle that is unique in the whole library.

    It is shared with everyone or restricted to its home project. Its files are in its versions.
    """

    class Kind(models.TextChoices):
        CHARACTER = "character", _("Character")
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Clip")
        AUDIO = "audio", _("Voice")

    handle = models.CharField(
        max_length=handles.MAX_LENGTH, validators=[RegexValidator(handles.HANDLE_PATTERN, handles.RULE)]
    )
    kind = models.CharField(max_length=9, choices=Kind)
    title = models.CharField(max_length=120, blank=True)
    description = models.TextField(blank=True)
    tags = TaggableManager(through=AssetTag, blank=True)
    home_project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="home_assets"
    )
    is_shared = models.BooleanField(_("shared with everyone"), default=True)
    cover = models.ForeignKey(MediaFile, models.PROTECT, null=True, blank=True, related_name="+")
    current_version = models.ForeignKey(
        # Not PROTECT, which would prevent deleting an asset together with its versions.
        "library.AssetVersion",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
    )
    is_grid = models.BooleanField(
        _("a grid of pictures"), default=False, help_text=_("one collage of several views")
    )
    # The licence and consent, and the last day of use
    licence = models.CharField(max_length=120, blank=True)
    source = models.CharField(
        max_length=200, blank=True, help_text=_("where it comes from: a person, a shoot, a link")
    )
    consent_note = models.TextField(blank=True, help_text=_("who agreed to what"))
    rights_end_on = models.DateField(
        null=True, blank=True, help_text=_("the last day on which it may be used")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assets")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Denormalised by the writers, so that lists can sort and filter by them without joins
    use_count = models.PositiveIntegerField(default=0, help_text="jobs that used it")
    last_used_at = models.DateTimeField(null=True, blank=True)
    uses = models.PositiveSmallIntegerField(
        default=0, help_text="what it can be used as: bits of `library.usability`"
    )
    search_text = models.TextField(
        blank=True, editable=False, help_text="handles now and before, title, tags, description, folded"
    )
    revision = models.PositiveIntegerField(
        default=1, help_text="counts saved edits, so that a stale form is noticed"
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["kind", "id"], name="assets_by_kind"),
            models.Index(fields=["use_count", "id"], name="assets_by_use"),
            models.Index(fields=["last_used_at", "id"], name="assets_by_last_use"),
            models.Index(fields=["id"], condition=Q(archived_at__isnull=False), name="archived_assets"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("handle"), name="handle_unique_whatever_the_case"),
            models.CheckConstraint(
                condition=Q(is_shared=True) | Q(home_project__isnull=False), name="kept_assets_have_a_home"
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_absolute_url(self) -> str:
        return reverse("library:asset", args=[self.handle])

    @property
    def facts(self) -> str:
        """Return the kind, the contents and the version: `character · 2 images, voice · v3`, `image · 1920×1080`."""
        version, kind = self.current_version, self._kind_name
        if version is None:
            return kind
        file_facts = self.cover.facts if self.cover else ""
        contents = version.contents if self.kind == self.Kind.CHARACTER else file_facts
        number = f"v{version.number}" if version.number > 1 else ""
        return " · ".join(filter(None, (kind, contents, number)))

    @property
    def _kind_name(self) -> str:
        # Lists need it for every card; `get_kind_display` would build a dictionary of all choices each time.
        return str(self.Kind(self.kind).label).lower()

    @property
    def usable_as(self) -> str:
        """Return its possible roles in a request, from the stored bits: `first, mid or end frame, reference`."""
        return usability_text.use_names(self.uses)

    @property
    def rights_state(self) -> str:
        """Return `expired` after the last day, `ending` in the 30 days before, else an empty string."""
        return rights.state_on(timezone.localdate(), self.rights_end_on) if self.rights_end_on else ""

    @property
    def rights_notice(self) -> str:
        """Return the badge text `rights expire in 12 days`; empty if they do not expire soon."""
        return rights.notice_on(timezone.localdate(), self.rights_end_on) if self.rights_end_on else ""

    @property
    def rights_extension_hint(self) -> str:
        """Return the sentence on who, besides administrators, may extend its expired rights."""
        if self.home_project_id:
            return gettext("An owner of its project can extend them.")
        return gettext("The user who added it can extend them.")


class AssetVersion(models.Model):
    """An immutable snapshot of an asset's files; a job pins the version that it used."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    media: models.ManyToManyField = models.ManyToManyField(
        MediaFile, through="VersionFile", related_name="versions"
    )

    class Meta:
        ordering = ["asset", "-number"]
        constraints = [models.UniqueConstraint(fields=["asset", "number"], name="version_numbers_unique")]

    def __str__(self) -> str:
        return f"{self.asset} v{self.number}"

    @property
    def usability(self) -> usabilities.Usability:
        """Return what it can be used as, and why not as more. Queries the asset and the media of its files."""
        files = [file.media for file in self.files.all()]
        return usabilities.usability_of(self.asset.kind, self.asset.is_grid, files)

    @property
    def usability_text(self) -> str:
        """Return `usability` as text."""
        return usability_text.usability_text(self.usability)

    @property
    def contents(self) -> str:
        """Return its files by role: `2 images, voice`. Queries the files, which lists prefetch."""
        roles = [file.role for file in self.files.all()]
        images = roles.count(VersionFile.Role.IMAGE)
        names = (
            [ngettext("%(count)d image", "%(count)d images", images) % {"count": images}] if images else []
        )
        if VersionFile.Role.VIDEO in roles:
            names.append(gettext("video"))
        if VersionFile.Role.VOICE in roles:
            names.append(gettext("voice"))
        return ", ".join(names)


class VersionFile(models.Model):
    """One file of a version, in order; the first image is the primary one."""

    class Role(models.TextChoices):
        IMAGE = "picture", _("Picture")
        VIDEO = "clip", _("Clip")
        VOICE = "voice", _("Voice")

    version = models.ForeignKey(AssetVersion, models.CASCADE, related_name="files")
    media = models.ForeignKey(MediaFile, models.PROTECT, related_name="uses")
    role = models.CharField(max_length=7, choices=Role, default=Role.IMAGE)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "role", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "role", "position"], name="positions_unique")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.role} {self.position}"


class ProjectAsset(models.Model):
    """A link from a project to an asset, which follows the latest version or is pinned to one."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="links")
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="links")
    pinned_version = models.ForeignKey(AssetVersion, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "asset"], name="one_link_for_each_asset")]

    def __str__(self) -> str:
        return f"{self.asset} in {self.project}"
