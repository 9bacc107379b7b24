"""Labels for scenarios, roles and kinds in sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from generation.models import JobReference
from generation.skyreels.schemas import Scenario
from library.models import Asset

SCENARIOS: Mapping[str, Any] = {
    Scenario.TEXT_TO_VIDEO: _("Text to video"),
    Scenario.FIRST_FRAME: _("First frame"),
    Scenario.END_FRAME: _("End frame"),
    Scenario.KEYFRAMES: _("Keyframes"),
    Scenario.SUBJECTS: _("Subjects"),
    Scenario.GRID: _("Multi-view sheet"),
    Scenario.MOTION_REFERENCE: _("Motion reference"),
    Scenario.EXTENSION: _("Video extension"),
    Scenario.AUDIO_SYNC: _("Lip sync"),
}
# In sentences, hence in lower case. A grid is an image that the provider treats differently.
KINDS: Mapping[str, Any] = {
    Asset.Kind.CHARACTER: _("character"),
    Asset.Kind.IMAGE: _("image"),
    Asset.Kind.VIDEO: _("video"),
    Asset.Kind.AUDIO: _("voice"),
    "grid": _("multi-view sheet"),
}
ROLES: Mapping[str, Any] = {
    JobReference.Role.FIRST: _("first frame"),
    JobReference.Role.MID: _("keyframe"),
    JobReference.Role.END: _("end frame"),
    JobReference.Role.SUBJECT: _("subject"),
    JobReference.Role.GRID: _("multi-view sheet"),
    JobReference.Role.MOTION: _("motion reference"),
    JobReference.Role.EXTEND: _("video to extend"),
    JobReference.Role.VOICE: _("voice"),
}
