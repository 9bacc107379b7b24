"""Stored objects."""

from math import gcd

from django.conf import settings
from django.db import models

WHOLE_ASPECT = 21


class MediaFile(models.Model):
    """One stored object, addressed by the SHA-256 of its bytes; every version with the same bytes shares it.

    The facts come from probing the content (`library.probe`), never from a name: pixels after rotation, seconds,
    frames for each second. `thumbnail_key` names a WebP picture made once, at ingest.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", "Picture"
        VIDEO = "video", "Video"
        AUDIO = "audio", "Audio"

    sha256 = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=200, unique=True)
    thumbnail_key = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=5, choices=Kind)
    mime = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField(help_text="bytes")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    fps = models.FloatField("frames per second", null=True, blank=True)
    codec = models.CharField(max_length=40, blank=True)
    has_audio = models.BooleanField(default=False)
    looks = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="perceptual hash of a picture: near pictures differ in few of its 64 bits",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Until a version uses the file, it waits for its form and counts towards the quota of the last uploader.
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
        """One line for people: `1920×1080 · 7.2 s · 24 fps`."""
        parts = []
        if self.width and self.height:
            parts.append(f"{self.width}×{self.height}")
        if self.seconds is not None:
            parts.append(f"{self.seconds:.1f} s")
        if self.fps:
            parts.append(f"{self.fps:g} fps")
        return " · ".join(parts)

    @property
    def aspect(self) -> str:
        """Width to height, in small whole numbers where they say it: `16:9`, else `1.85:1`; empty without pixels."""
        if not self.width or not self.height:
            return ""
        shared = gcd(self.width, self.height)
        wide, high = self.width // shared, self.height // shared
        return f"{wide}:{high}" if max(wide, high) <= WHOLE_ASPECT else f"{self.width / self.height:.2f}:1"

    @property
    def sound(self) -> str:
        """Whether a video has an audio track; empty for anything else."""
        if self.kind != self.Kind.VIDEO:
            return ""
        return "with sound" if self.has_audio else "without sound"


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
