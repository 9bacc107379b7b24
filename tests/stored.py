"""What is in the bucket, read from the folder of the local S3 server: a thousand objects cost no request."""

from django.conf import settings


def stored_keys(prefix: str = "") -> set[str]:
    """Return the keys of all objects that begin with `prefix`."""
    bucket = settings.VAR_DIR / "s3" / settings.AWS_STORAGE_BUCKET_NAME
    keys = (path.relative_to(bucket).as_posix() for path in bucket.rglob("*") if path.is_file())
    return {key for key in keys if key.startswith(prefix)}
