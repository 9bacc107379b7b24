"""Messages for invalid drawings."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generation.reviews.notes.drawings import MAX_BYTES, MAX_POINTS, MAX_STROKES, DrawingError, InvalidDrawing

MESSAGES: dict[DrawingError, Promise] = {
    DrawingError.TOO_LARGE: _("The drawing is larger than %(max_kb)d KB. Remove some strokes."),
    DrawingError.TOO_MANY_POINTS: _("The drawing has more than %(max_points)d points. Remove some strokes."),
    DrawingError.TOO_MANY_STROKES: _(
        "The drawing has more than %(max_strokes)d strokes. Remove some of them."
    ),
    DrawingError.ENDS_MISSING: _(
        "Stroke %(stroke)d of the drawing is an arrow or a box, which needs exactly two points."
    ),
    DrawingError.INVALID_STROKE: _("Stroke %(stroke)d of the drawing is invalid (%(field)s)."),
    DrawingError.UNREADABLE: _("The drawing could not be read. Clear it and draw again."),
}


def message_of(error: InvalidDrawing) -> str:
    """Return the message for an invalid drawing."""
    values = {
        "max_kb": MAX_BYTES // 1000,
        "max_points": MAX_POINTS,
        "max_strokes": MAX_STROKES,
        "stroke": error.stroke,
        "field": error.field or "stroke",
    }
    return str(MESSAGES[error.code]) % values
