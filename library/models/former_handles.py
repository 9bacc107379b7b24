"""Names that an asset had before."""

from django.db import models
from django.db.models.functions import Lower

from library import handles


class HandleAlias(models.Model):
    """An earlier handle of an asset: it keeps resolving until it is released. Handles and aliases share one
    namespace; `library.ingest` checks it under a lock, since no constraint reaches over two tables."""

    name = models.CharField(max_length=handles.MAX_LENGTH)
    # By its name: `Asset.objects.named` looks here, so this module cannot import that one.
    asset = models.ForeignKey("library.Asset", models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "handle aliases"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(Lower("name"), name="alias_unique_whatever_the_case")]

    def __str__(self) -> str:
        return f"@{self.name}"
