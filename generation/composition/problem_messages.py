"""The message for each problem code, in the language of the reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from generation.composition.labels import KINDS, ROLES, SCENARIOS
from generation.composition.problems import ProblemCode, RuleCode
from generation.skyreels.problems import Problem, Value

# Labels that are shown in place of the values of these parameters.
PARAMETER_LABELS: Mapping[str, Mapping[str, Any]] = {"kind": KINDS, "role": ROLES, "scenario": SCENARIOS}

RULE_MESSAGES: Mapping[RuleCode, Any] = {
    RuleCode.REQUIRED: _("This field is required."),
    RuleCode.UNKNOWN_FIELD: _("SkyReels V4 does not have this setting."),
    RuleCode.NOT_AN_INTEGER: _("Must be a whole number, not %(value)s."),
    RuleCode.NOT_A_BOOLEAN: _("Must be true or false, not %(value)s."),
    RuleCode.NOT_TEXT: _("Must be text, not %(value)s."),
    RuleCode.NOT_A_LIST: _("Must be a list, not %(value)s."),
    RuleCode.NOT_AN_OBJECT: _("Must be an object with named fields, not %(value)s."),
    RuleCode.INVALID_CHARACTERS: _("The text contains invalid characters."),
    RuleCode.INVALID_VALUE: _("%(value)s is not a valid value."),
    RuleCode.NOT_A_CHOICE: _("Must be one of %(choices)s, not “%(value)s”."),
    RuleCode.TOO_MANY_ENTRIES: ngettext_lazy(
        "At most %(limit)s entry is allowed; there are %(count)s.",
        "At most %(limit)s entries are allowed; there are %(count)s.",
        "limit",
    ),
    RuleCode.NO_ENTRIES: _("The list is empty. It must have 1 to %(limit)s entries."),
    RuleCode.DURATION_OUT_OF_RANGE: _("Must be %(minimum)s to %(maximum)s seconds, not %(seconds)s."),
    RuleCode.PROMPT_EMPTY: _("The prompt is empty. Describe the shot."),
    RuleCode.PROMPT_TOO_LONG: _(
        "The prompt has at least %(tokens)s tokens; the maximum is %(limit)s. Shorten it."
    ),
    RuleCode.INLINE_DATA: _("This is the file itself. SkyReels downloads files, so use a URL."),
    RuleCode.INVALID_URL: _("“%(value)s” is not a URL that starts with http:// or https://."),
    RuleCode.UNSUPPORTED_FORMAT: _(".%(suffix)s files are not supported here. Use one of %(choices)s."),
    RuleCode.TAG_WITHOUT_AT: _("The tag “%(value)s” does not start with @."),
    RuleCode.INVALID_TAG: _("The tag “%(value)s” is not valid. Write @ and a name without spaces."),
    RuleCode.FRAMES_WITH_REFERENCES: _("Use either frames or references, not both (%(fields)s)."),
    RuleCode.KEYFRAME_OUT_OF_RANGE: _(
        "%(second)s s is outside the take. Choose a second after 0 and before %(duration)s, or any time (-1)."
    ),
    RuleCode.GRID_WITH_IMAGES: _("A multi-view sheet (grid) cannot be combined with images."),
    RuleCode.SEVERAL_GRIDS: _("Only one multi-view sheet (grid) is allowed; there are %(count)s."),
    RuleCode.GRID_IMAGE_COUNT: _("A multi-view sheet (grid) must have exactly 1 image, not %(count)s."),
    RuleCode.GRID_WITH_VOICE: _("A multi-view sheet (grid) cannot have a voice."),
    RuleCode.GRID_WITH_MOTION: _("A multi-view sheet (grid) cannot be combined with a motion reference."),
    RuleCode.EXTENSION_WITH_IMAGES: _("An extended video cannot be combined with images."),
    RuleCode.TAG_NOT_IN_PROMPT: _("The prompt does not contain %(tag)s. Tags are case-sensitive."),
    RuleCode.TAG_REPEATED: _(
        "%(tag)s is used twice, here and in %(other_field)s. Give each element its own tag."
    ),
    RuleCode.TAG_IS_PREFIX: _(
        "%(tag)s and %(other)s (in %(other_field)s) begin alike, so SkyReels cannot tell them apart. Rename one."
    ),
    RuleCode.MODEL_UNAVAILABLE: _("This provider does not offer the model %(model)s."),
    RuleCode.RESOLUTION_UNAVAILABLE: _("This provider does not offer %(resolution)s."),
    RuleCode.SCENARIO_UNAVAILABLE: _("This provider does not offer this kind of request: %(scenario)s."),
    RuleCode.VOICE_UNAVAILABLE: _(
        "This provider renders %(model)s without sound. Choose another model to use a voice."
    ),
    RuleCode.PROMPT_NEAR_LIMIT: _(
        "The prompt has about %(likely)s tokens, at most %(highest)s. SkyReels refuses more than %(limit)s."
    ),
    RuleCode.RATIO_FOLLOWS_FRAMES: _("The aspect ratio is ignored: the take has the shape of the frames."),
    RuleCode.RATIO_FOLLOWS_CLIP: _("The aspect ratio is ignored: the take has the shape of the video."),
    RuleCode.DURATION_FOLLOWS_CLIP: _(
        "The duration is ignored: the take is as long as the reference video, at most %(limit)s s."
    ),
}

MESSAGES: Mapping[ProblemCode, Any] = {
    ProblemCode.UNKNOWN_HANDLE: _("@%(handle)s is not in the library. Add it, or remove the @."),
    ProblemCode.ARCHIVED_HANDLE: _("@%(handle)s is archived. Restore it on its page, or remove the @."),
    ProblemCode.TOO_MANY_HANDLES: _("The prompt contains %(count)s handles; the maximum is %(limit)s."),
    ProblemCode.NOT_A_URL_OR_HANDLE: _("Must be a URL (http or https) or a handle."),
    ProblemCode.IN_OTHER_PROJECT: _(
        "@%(handle)s is restricted to another project. Share it with all projects on its page, or remove it."
    ),
    ProblemCode.NO_FILES: _("@%(handle)s has no files yet. Add one on its page, or remove it."),
    ProblemCode.RIGHTS_ENDED: _(
        "The rights to @%(handle)s ended on %(ended)s, so new takes cannot use it. %(hint)s"
    ),
    ProblemCode.VOICE_WITHOUT_CHARACTER: _(
        "@%(handle)s is a voice. Voices are sent only as part of a character."
    ),
    ProblemCode.FILE_UNSUITABLE: _("@%(handle)s cannot be used: %(reason)s."),
    ProblemCode.FILE_MAY_BE_REFUSED: _("@%(handle)s: %(reason)s."),
    ProblemCode.NO_VOICE: _("@%(handle)s has no voice. Add one on its page, or turn its voice off."),
    ProblemCode.WRONG_ROLE: _("@%(handle)s (%(kind)s) cannot be used as %(role)s."),
    ProblemCode.CLIP_TOO_LONG: _(
        "The video is %(seconds)s s long; this provider accepts at most %(limit)s s."
    ),
    ProblemCode.CLIP_LENGTH_UNKNOWN: _(
        "The length of the video is unknown, so the estimate assumes %(seconds)s s."
    ),
    ProblemCode.TEXT_BESIDE_FRAMES: _(
        "@%(handle)s is sent as plain text: an image-to-video take cannot use references."
    ),
    ProblemCode.TEXT_IN_EXTENSION: _(
        "@%(handle)s is sent as plain text: an extended video cannot use characters or images."
    ),
    ProblemCode.KEYFRAME_REPEATED: _(
        "%(tag)s is already a keyframe. To use the image twice, add it under another handle."
    ),
    ProblemCode.KEYFRAME_NOT_IN_PROMPT: _("Write %(tag)s in the prompt, where the keyframe appears."),
    ProblemCode.VOICE_LEFT_OUT: _("The voice of @%(handle)s is not sent: it is not a subject of this take."),
    ProblemCode.BATCH_EMPTY: _("A batch must have at least one take."),
    ProblemCode.BATCH_TOO_LARGE: _("This makes %(count)s takes; the maximum is %(limit)s at once."),
    ProblemCode.IN_BATCH: _("Take %(number)s: %(problem)s"),
    ProblemCode.FORM_OF_OTHER_USER: _(
        "This form belongs to another user. Reload the page and send it again."
    ),
    ProblemCode.FORM_MADE_BATCH: _("This form was already submitted as a batch."),
    ProblemCode.FORM_MADE_TAKE: _("This form was already submitted as a single take."),
    # The figures and the remedy depend on the limit: `lifecycle.spending.messages` writes these messages.
    ProblemCode.OVER_LIMIT: "%(message)s",
    ProblemCode.TOO_MANY_JOBS: "%(message)s",
    ProblemCode.WEBHOOK_NOT_PUBLIC: _("Must be a URL that can be reached from the internet."),
}

WITH_SUGGESTION: Mapping[str, Any] = {
    ProblemCode.UNKNOWN_HANDLE: _("@%(handle)s is not in the library. Did you mean @%(suggestion)s?"),
}
ALL_MESSAGES: Mapping[str, Any] = dict([*RULE_MESSAGES.items(), *MESSAGES.items()])


def message_of(problem: Problem) -> str:
    """Return the message of a problem in the active language."""
    known = WITH_SUGGESTION if problem.suggestion else ALL_MESSAGES
    values = {name: _shown(name, value) for name, value in problem.params}
    return str(known[problem.code] % {**values, "suggestion": problem.suggestion})


def _shown(name: str, value: Value) -> str | int:
    if isinstance(value, Problem):
        return message_of(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, date):
        return formats.date_format(value)
    if isinstance(value, float):
        return str(formats.number_format(value, decimal_pos=1))
    labels = PARAMETER_LABELS.get(name, {})
    return str(labels.get(value, value)) if isinstance(value, str) else value
