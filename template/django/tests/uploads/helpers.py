from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7 and so on"


def pdf(name: str = "a.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def list_files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}
