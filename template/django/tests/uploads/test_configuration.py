from pathlib import Path

from django.core.files.storage import storages

from app.uploads.configuration import parse_uploads_url


def test_without_a_url_files_are_in_a_directory(tmp_path: Path) -> None:
    storage = storages.create_storage(parse_uploads_url("", tmp_path))
    assert storage.path("a") == str(tmp_path / "a")


def test_a_url_names_a_bucket_and_its_credentials(tmp_path: Path) -> None:
    url = "s3://key:pass%2Fword@s3.example:9000/files?region=eu-central-1"
    storage = storages.create_storage(parse_uploads_url(url, tmp_path))
    address = storage.url("a")
    assert address.startswith("https://s3.example:9000/files/a?")
    assert "eu-central-1" in address
    options = parse_uploads_url(url, tmp_path)["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("key", "pass/word")
    local = parse_uploads_url("s3+http://key:word@127.0.0.1:9000/files", tmp_path)
    assert local["OPTIONS"]["endpoint_url"] == "http://127.0.0.1:9000"
