"""What UPLOADS_URL means for Django: an entry of STORAGES."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.config import Config


def parse_uploads_url(url: str, directory: Path) -> dict[str, Any]:
    """Return the storage for a bucket or, without a URL, for a directory.

    Objects of the bucket are private: the service reads them with its credentials.
    """
    if not url:
        backend = "django.core.files.storage.FileSystemStorage"
        return {"BACKEND": backend, "OPTIONS": {"location": directory}}
    parts = urlsplit(url)
    scheme = "http" if parts.scheme == "s3+http" else "https"
    host = parts.netloc.rpartition("@")[2]
    options = {
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "endpoint_url": f"{scheme}://{host}",
        "region_name": dict(parse_qsl(parts.query)).get("region"),
        "bucket_name": parts.path.strip("/"),
        "client_config": Config(
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            s3={"addressing_style": "path"},
            # Not all services that are compatible with S3 have checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
