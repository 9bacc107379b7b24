"""Problems that the library, Backlot's limits and the queue add to the provider's rules (`RuleCode`)."""

from enum import StrEnum

from generation.skyreels.problems import Level, Problem, RuleCode, problem

__all__ = ["Level", "Problem", "ProblemCode", "RuleCode", "problem"]


class ProblemCode(StrEnum):
    """Codes of problems that the provider's rules do not have. Each has a message in `problem_messages`."""

    # Handles
    UNKNOWN_HANDLE = "unknown_handle"
    ARCHIVED_HANDLE = "archived_handle"
    TOO_MANY_HANDLES = "too_many_handles"
    NOT_A_URL_OR_HANDLE = "not_a_url_or_handle"
    # Assets that no take can use
    IN_OTHER_PROJECT = "in_other_project"
    NO_FILES = "no_files"
    RIGHTS_ENDED = "rights_ended"
    # Assets that cannot be used in this way
    VOICE_WITHOUT_CHARACTER = "voice_without_character"
    FILE_UNSUITABLE = "file_unsuitable"
    FILE_MAY_BE_REFUSED = "file_may_be_refused"
    NO_VOICE = "no_voice"
    WRONG_ROLE = "wrong_role"
    CLIP_TOO_LONG = "clip_too_long"
    CLIP_LENGTH_UNKNOWN = "clip_length_unknown"
    # Prompt and fields disagree
    TEXT_BESIDE_FRAMES = "text_beside_frames"
    TEXT_IN_EXTENSION = "text_in_extension"
    KEYFRAME_REPEATED = "keyframe_repeated"
    KEYFRAME_NOT_IN_PROMPT = "keyframe_not_in_prompt"
    VOICE_LEFT_OUT = "voice_left_out"
    # Queueing
    BATCH_EMPTY = "batch_empty"
    BATCH_TOO_LARGE = "batch_too_large"
    IN_BATCH = "in_batch"
    FORM_OF_OTHER_USER = "form_of_other_user"
    FORM_MADE_BATCH = "form_made_batch"
    FORM_MADE_TAKE = "form_made_take"
    OVER_LIMIT = "over_limit"
    TOO_MANY_JOBS = "too_many_jobs"
    WEBHOOK_NOT_PUBLIC = "webhook_not_public"
