"""Media files, and uploads in progress."""

from math import gcd

from django.conf import settings
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_RATIO_NUMBER = 21  # larger numbers are shown as decimals: `1.85:1`


class MediaFile(models.Model):
    """A stored object, addressed by the SHA-256 of its bytes and shared by all versions with the same bytes.

    The facts are probed from the content (`library.probe`), never taken from a name: pixels after rotation, seconds,
    frames per second. `thumbnail_key` is the key of a WebP image made once, at ingest.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")

    sha256 = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=200, unique=True)
    thumbnail_key = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=5, choices=Kind)
    mime = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    fps = models.FloatField(_("frames per second"), null=True, blank=True)
    codec = models.CharField(max_length=40, blank=True)
    has_audio = models.BooleanField(default=False)
    looks = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="perceptual hash of a picture: near pictures differ in few of its 64 bits",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # A file that no version uses yet counts towards the quota of the last uploader.
    brought_at = models.DateTimeField(null=True, blank=True, editable=False)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"

    @property
    def facts(self) -> str:
        """Return the size, length and frame rate: `1920×1080 · 7.2 s · 24 fps`."""
        facts = []
        if self.width and self.height:
            facts.append(f"{self.width}×{self.height}")
        if self.seconds is not None:
            facts.append(gettext("%(seconds)s s") % {"seconds": number_format(self.seconds, 1)})
        if self.fps:
            facts.append(gettext("%(rate)s fps") % {"rate": number_format(f"{self.fps:g}")})
        return " · ".join(facts)

    @property
    def aspect(self) -> str:
        """Return the aspect ratio, as whole numbers if they are small: `16:9`, else `1.85:1`; empty without pixels."""
        if not self.width or not self.height:
            return ""
        shared = gcd(self.width, self.height)
        wide, high = self.width // shared, self.height // shared
        return (
            f"{wide}:{high}" if max(wide, high) <= MAX_RATIO_NUMBER else f"{self.width / self.height:.2f}:1"
        )

    @property
    def audio_text(self) -> str:
        """Return whether a video has an audio track; empty for other kinds."""
        if self.kind != self.Kind.VIDEO:
            return ""
        return gettext("with audio") if self.has_audio else gettext("no audio")


class StagedUpload(models.Model):
    """Objects that may be in the bucket without a MediaFile: created before they are stored, deleted once the MediaFile
    exists. Objects left by a killed process or a removal are found here without listing the bucket."""

    sha256 = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=200)
    thumbnail_key = models.CharField(max_length=200)
    staged_at = models.DateTimeField(db_index=True)
    removing_at = models.DateTimeField(
        null=True, blank=True, help_text="since when somebody deletes the objects"
    )

    def __str__(self) -> str:
        return self.key
