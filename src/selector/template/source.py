"""Find the template, pick a version of it, and read files from that version."""

import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from selector import git
from selector.errors import UserError

PACKAGE = Path(__file__).parent.parent

# The paths that affect rendered projects. Uncommitted changes to others are ignored.
_RENDERED_PATHS = (
    "copier.yml",
    "questions",
    "template",
    "includes",
    "CHANGELOG.md",
    "src/selector/recommendation",
    "src/selector/template/changelog.jinja",
)

# CommitTree reads these files in one call of git, and others in one call each.
_QUESTIONNAIRE_FILES = (
    "copier.yml",
    "questions/project.yml",
    "questions/slug.jinja",
    "questions/criteria.yml",
    "questions/stack.yml",
    "questions/update.yml",
    "src/selector/recommendation/criteria.yml",
    "src/selector/recommendation/score.jinja",
    "src/selector/recommendation/flips.jinja",
    "src/selector/recommendation/explain.jinja",
    "src/selector/recommendation/frameworks.jinja",
    "src/selector/recommendation/summary.jinja",
)


class TemplateUnreachableError(UserError):
    """The template cannot be found or fetched at its address."""


def find_checkout() -> Path | None:
    """Return the checkout that this package runs from, if it runs from one."""
    root = PACKAGE.parent.parent
    return (
        root if (root / "copier.yml").is_file() and (root / ".git").exists() else None
    )


class PackageTree:
    """The questionnaire that belongs to this package, with or without a checkout."""

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if it does not exist."""
        inner = path.removeprefix("src/selector/")
        if inner != path:
            file = PACKAGE / inner
        else:
            root = PACKAGE.parent.parent
            file = root / path
            if not (root / "copier.yml").is_file():
                file = PACKAGE / "root" / path  # where the wheel stores it
        return file.read_text("utf-8") if file.is_file() else None


class CommitTree:
    """The files of one commit."""

    def __init__(self, repository: Path, commit: str) -> None:
        """Create a reader; nothing is read yet."""
        self.repository = repository
        self.commit = commit
        self._texts: dict[str, str | None] = {}

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if it does not exist."""
        if not self._texts:
            self._fetch(_QUESTIONNAIRE_FILES)
        if path not in self._texts:
            self._fetch((path,))
        return self._texts[path]

    def _fetch(self, paths: Iterable[str]) -> None:
        """Read several files in one call of git."""
        names = "".join(f"{self.commit}:{path}\n" for path in paths)
        listed = git.run("cat-file", "--batch", cwd=self.repository, input=names)
        output = listed.stdout.encode("utf-8", "surrogateescape")
        for path in paths:
            header, _, output = output.partition(b"\n")
            self._texts[path] = None
            fields = header.split(b" ")  # name, type and size, or "... missing"
            if fields[1:2] == [b"blob"]:
                size = int(fields[2])
                self._texts[path] = output[:size].decode("utf-8")
                output = output[size + 1 :]


@dataclass(frozen=True)
class Template:
    """One version of the template, available in a local repository.

    repository     a local repository that has the commit
    commit         the full hash of the commit that is rendered
    update_source  the address that the project's updates will come from
    address        what --template needs to find it again; None for this checkout
    notes          messages for the user
    """

    repository: Path
    commit: str
    update_source: str
    address: str | None
    notes: tuple[str, ...] = ()

    @cached_property
    def tree(self) -> CommitTree:
        """Return the files of the commit."""
        return CommitTree(self.repository, self.commit)

    @property
    def version(self) -> str:
        """Return the release, or the commit relative to one, as Copier writes it."""
        return git.run(
            "describe", "--tags", "--always", self.commit, cwd=self.repository
        ).stdout.strip()


@contextmanager
def open_template(address: str | None, ref: str | None) -> Iterator[Template]:
    """Find the template; a remote one is cloned until the context ends."""
    location, default_ref = _find_template(address)
    ref = ref or default_ref
    if isinstance(location, Path):
        yield _local_template(
            location, ref or "HEAD", str(location) if address else None
        )
        return
    git.require_installed()
    with tempfile.TemporaryDirectory(
        prefix="trivet-", ignore_cleanup_errors=True
    ) as folder:
        clone = git.run(
            "clone", "--quiet", "--no-checkout", "--", _git_url(location), folder
        )
        public = _remove_credentials(location)
        if not clone.ok:
            reason = clone.error_summary.rstrip(".")
            message = f"Could not fetch the template from {public}: {reason}."
            raise TemplateUnreachableError(message)
        repository = Path(folder)
        commit = _require_commit(repository, ref or latest_release(repository), public)
        yield Template(repository, commit, _copier_address(public), public)


def _find_template(address: str | None) -> tuple[Path | str, str | None]:
    """Return the folder or address of the template, and its default version."""
    if address:
        if is_address(address):
            return address, None
        path = Path(address).expanduser().absolute()
        if not path.is_dir():
            message = f"--template: the folder {path} does not exist."
            raise TemplateUnreachableError(message)
        return path, None
    if root := find_checkout():
        return root, None
    url, version = _read_metadata()
    if url:
        return url, f"v{version}"
    message = (
        "This installation does not know the address of its template. Set it with "
        "--template (a folder or a git address)."
    )
    raise UserError(message)


def _read_metadata() -> tuple[str, str]:
    """Return the repository's address and the version, from the installed metadata."""
    import importlib.metadata  # noqa: PLC0415 - slow, and a checkout does not need it

    try:
        metadata = importlib.metadata.metadata("trivet")
    except importlib.metadata.PackageNotFoundError:
        return "", ""
    for entry in metadata.get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == "Repository":
            return address, metadata["Version"]
    return "", metadata["Version"]


def package_version() -> str:
    """Return the version of this package."""
    if root := find_checkout():
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"])
    return _read_metadata()[1] or "unknown"


def _local_template(path: Path, ref: str, argument: str | None) -> Template:
    git.require_installed()
    if git.find_top_folder(path) != path.resolve():
        message = (
            f"The template {path} is not the top folder of a git repository. Give the "
            "folder of a clone of Trivet, or its address, with --template."
        )
        raise UserError(message)
    commit = _require_commit(path, ref, str(path))
    notes = []
    if ref == "HEAD":
        rendered = [name for name in _RENDERED_PATHS if (path / name).exists()]
        changes = git.run("status", "--porcelain", "--", *rendered, cwd=path)
        if changes.stdout.strip():
            notes.append(
                "The template has uncommitted changes; they are not in the project."
            )
    recorded = _find_origin(path, commit)
    if not recorded:
        recorded = path.as_posix()
        notes.append(
            f"Updates will come from {recorded}, so they work on this machine only: "
            "the template has no `origin` with this version."
        )
    return Template(path, commit, recorded, argument, tuple(notes))


def find_commit(repository: Path, ref: str) -> str | None:
    """Return the commit that a version names, or None if it does not exist."""
    if not ref.startswith("-"):
        for candidate in (ref, f"refs/remotes/origin/{ref}"):
            name = f"{candidate}^{{commit}}"
            parsed = git.run("rev-parse", "--verify", "--quiet", name, cwd=repository)
            if parsed.ok:
                return parsed.stdout.strip()
    return None


def _require_commit(repository: Path, ref: str, address: str) -> str:
    if commit := find_commit(repository, ref):
        return commit
    message = f"--ref: there is no version `{ref}` in {address}."
    raise UserError(message)


def latest_release(repository: Path) -> str:
    """Return the newest release, or HEAD if there is none."""
    tags = git.run("tag", "--list", "v*", cwd=repository).stdout.split()
    releases = [tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    return max(
        releases, key=lambda tag: [int(n) for n in tag[1:].split(".")], default="HEAD"
    )


def _find_origin(repository: Path, commit: str) -> str:
    """Return the address of `origin` if it is remote and has the commit, else ''."""
    origin = git.run("remote", "get-url", "origin", cwd=repository)
    address = origin.stdout.strip()
    if not origin.ok or not is_address(address) or address.startswith("file:"):
        return ""
    branches = git.run(
        "for-each-ref",
        "--count=1",
        "--contains",
        commit,
        "refs/remotes/origin",
        cwd=repository,
    )
    if not branches.stdout.strip():
        return ""
    return _copier_address(_remove_credentials(address))


def is_address(text: str) -> bool:
    """Check whether this is a git address, not a path."""
    return bool(
        re.match(r"(git\+)?[a-z][a-z0-9+.-]+://|(gh|gl):|[\w.-]+@[\w.-]+:", text)
    )


def _git_url(address: str) -> str:
    """Return an address as git takes it."""
    for short, site in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(short):
            return site + address.removeprefix(short).lstrip("/")
    return address.removeprefix("git+")


def _copier_address(address: str) -> str:
    """Return an address that Copier recognizes as one of a git repository."""
    known = address.endswith(".git") or re.match(r"git\+|git@|git://|gh:|gl:", address)
    return address if known else f"git+{address}"


def _remove_credentials(address: str) -> str:
    """Remove user and password from a web address."""
    if not re.match(r"(git\+)?https?://", address):
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
