from django.db import models

from library.models import Project


class Shot(models.Model):
    """A planned shot of a project, with the takes made for it in order."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="shots")
    code = models.CharField(max_length=20, help_text="short and unique within the project, such as 020")
    title = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project", "code"]
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="shot_codes_unique_in_project")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()
