"""The provider's limits, as constants.

Each number is from the given section of skyreels-api.md. Lengths and sizes of files are not known from a URL, so
requests do not check them; the owner of the files does.
"""

from datetime import timedelta
from typing import Final

# Section 1: the request.
MIN_DURATION: Final = 3
MAX_DURATION: Final = 15
DEFAULT_DURATION: Final = 5
MAX_PROMPT_TOKENS: Final = 1280
MAX_MID_FRAMES: Final = 6
MAX_REF_IMAGES: Final = 3
MAX_PICTURES_PER_SUBJECT: Final = 5
MAX_REF_VIDEOS: Final = 1
UNSPECIFIED_TIME: Final = -1

# Section 1: files behind the URLs, in seconds.
MAX_AUDIO_SECONDS: Final = 15
MAX_REF_VIDEO_SECONDS: Final = 15
SAFE_REF_VIDEO_SECONDS: Final = 10  # the vendor's own page says ten: warn above
MAX_REFERENCE_SECONDS: Final = 10  # section 4: a motion reference is rendered and billed up to here

# Section 7: media.
MAX_IMAGE_BYTES: Final = 10 * 1000 * 1000
IMAGE_FORMATS: Final = ("jpg", "jpeg", "png", "gif", "bmp")
AUDIO_FORMATS: Final = ("mp3", "wav")
VIDEO_FORMATS: Final = ("mp4", "mov")

# Section 2: assumed lifetime of a result's URL when the response has none.
ASSUMED_RESULT_LIFETIME: Final = timedelta(hours=24)

# Section 5: the idempotency key.
MAX_IDEMPOTENCY_KEY_LENGTH: Final = 191
