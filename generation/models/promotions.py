"""Assets of the library that were made from takes."""

from django.conf import settings
from django.db import models

from generation.models.takes import Take
from library.models import Asset


class Promotion(models.Model):
    """The origin of an asset: a whole take, or its frame at `second`."""

    take = models.ForeignKey(Take, models.PROTECT, related_name="promotions")
    asset = models.OneToOneField(Asset, models.CASCADE, related_name="promotion")
    second = models.FloatField(null=True, blank=True, help_text="of the frame; empty: the whole clip")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.asset} from {self.take}"
