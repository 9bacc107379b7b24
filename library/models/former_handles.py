"""Former handles of assets."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from library import handles


class HandleAlias(models.Model):
    """A former handle of an asset, which resolves until it is released.

    Handles and aliases share one namespace. `library.ingest` checks that under a lock, since a constraint cannot span
    two tables.
    """

    name = models.CharField(max_length=handles.MAX_LENGTH)
    # By name, since `library.models.assets` imports this module.
    asset = models.ForeignKey("library.Asset", models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = _("handle aliases")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(Lower("name"), name="alias_unique_whatever_the_case")]

    def __str__(self) -> str:
        return f"@{self.name}"
