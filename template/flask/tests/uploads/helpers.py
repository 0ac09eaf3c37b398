from pathlib import Path


def list_files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}
