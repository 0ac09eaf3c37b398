"""Print the version of this checkout, and whether the version is due for a tag.

It is due if the version in pyproject.toml has no tag yet, and its section in
CHANGELOG.md has a date. The lines are printed for $GITHUB_OUTPUT.
"""

import re
import subprocess
import tomllib
from pathlib import Path


def main() -> None:
    """Print both for the checkout in the current directory."""
    with Path("pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    dated = re.search(
        rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$",
        Path("CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE,
    )
    tags = subprocess.run(["git", "tag"], check=True, capture_output=True, text=True)
    due = dated and f"v{version}" not in tags.stdout.splitlines()
    print(f"version={version}")
    print(f"due={'true' if due else 'false'}")


if __name__ == "__main__":
    main()
