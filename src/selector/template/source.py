"""Where the template is, which version is used, what a project remembers of it."""

import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from selector import process
from selector.errors import Refusal

PACKAGE = Path(__file__).parent.parent

# What a rendering depends on: changes anywhere else do not matter to it.
_RENDERED = (
    "copier.yml",
    "questions",
    "template",
    "includes",
    "src/selector/recommendation/criteria.yml",
    "src/selector/recommendation/score.jinja",
    "src/selector/template/changelog.jinja",
    "CHANGELOG.md",
    "src/selector/recommendation/explain.jinja",
    "src/selector/recommendation/summary.jinja",
)

# What no rendering reads. Not checking it out saves a tenth of the time.
UNRENDERED = ("/docs/", "/tests/")

# What is read before anything is rendered, as far as it is known.
_QUESTIONNAIRE = (
    "copier.yml",
    "questions/project.yml",
    "questions/criteria.yml",
    "questions/stack.yml",
    "questions/update.yml",
    "src/selector/recommendation/criteria.yml",
    "src/selector/recommendation/score.jinja",
    "src/selector/recommendation/explain.jinja",
    "src/selector/recommendation/summary.jinja",
)


class Unreachable(Refusal):
    """The template is not where it was said to be."""


def checkout() -> Path | None:
    """Give the checkout that this package runs from, if it runs from one."""
    root = PACKAGE.parent.parent
    return (
        root if (root / "copier.yml").is_file() and (root / ".git").exists() else None
    )


class PackageTree:
    """The questionnaire that belongs to this package, with or without a checkout."""

    def read(self, path: str) -> str | None:
        """Give the text of a file, or None where there is no such file."""
        inner = path.removeprefix("src/selector/")
        if inner != path:
            file = PACKAGE / inner
        else:
            root = PACKAGE.parent.parent
            file = root / path
            if not (root / "copier.yml").is_file():
                file = PACKAGE / "root" / path  # where the wheel has it
        return file.read_text("utf-8") if file.is_file() else None


class CommitTree:
    """The files of one commit."""

    def __init__(self, repository: Path, commit: str) -> None:
        """Remember which commit of which repository to read from."""
        self.repository = repository
        self.commit = commit
        self.texts: dict[str, str | None] = {}

    def read(self, path: str) -> str | None:
        """Give the text of a file, or None where there is no such file."""
        if not self.texts:
            self._fetch(_QUESTIONNAIRE)
        if path not in self.texts:
            self._fetch((path,))
        return self.texts[path]

    def _fetch(self, paths: Iterable[str]) -> None:
        """Read several files with one start of git."""
        asked = "".join(f"{self.commit}:{path}\n" for path in paths)
        answer = process.git("cat-file", "--batch", cwd=self.repository, told=asked).raw
        for path in paths:
            header, _, answer = answer.partition(b"\n")
            self.texts[path] = None
            if header.count(b" ") == 2 and header.split()[1] == b"blob":  # noqa: PLR2004
                size = int(header.split()[2])
                self.texts[path] = answer[:size].decode("utf-8")
                answer = answer[size + 1 :]


@dataclass(frozen=True)
class Template:
    """One version of the template, at hand in a local repository.

    repository  where it can be cloned from without a network
    commit      the whole hash of the commit that is rendered
    recorded    the address that `copier update` will come back to
    argument    what --template has to say to find it again; None for this checkout
    notes       what the user should know about it
    """

    repository: Path
    commit: str
    recorded: str
    argument: str | None
    notes: tuple[str, ...] = ()

    @property
    def tree(self) -> CommitTree:
        """Give the files of the commit."""
        return CommitTree(self.repository, self.commit)

    @property
    def version(self) -> str:
        """Give the release, or the commit as seen from one, as Copier writes it."""
        described = process.git(
            "describe", "--tags", "--always", self.commit, cwd=self.repository
        )
        return described.stdout.strip()


@contextmanager
def opened(template: str | None, ref: str | None) -> Iterator[Template]:
    """Find the template; what is elsewhere is cloned for as long as it is needed."""
    where, default_ref = _where(template)
    ref = ref or default_ref
    if isinstance(where, Path):
        yield _local(where, ref or "HEAD", str(where) if template else None)
        return
    with tempfile.TemporaryDirectory(
        prefix="trivet-", ignore_cleanup_errors=True
    ) as folder:
        clone = process.git(
            "clone", "--quiet", "--no-checkout", "--", _plain(where), folder
        )
        if not clone.ok:
            place = _without_secrets(where)
            why = clone.why.rstrip(".")
            message = f"The template cannot be fetched from {place}: {why}."
            raise Unreachable(message)
        repository = Path(folder)
        commit = _commit(repository, ref or latest_release(repository), where)
        address = _for_copier(_without_secrets(where))
        yield Template(repository, commit, address, _without_secrets(where))


def _where(template: str | None) -> tuple[Path | str, str | None]:
    if template:
        if is_address(template):
            return template, None
        path = Path(template).expanduser().absolute()
        if not path.is_dir():
            message = f"--template: there is no folder {path}."
            raise Unreachable(message)
        return path, None
    if here := checkout():
        return here, None
    address, version = _released()
    if address:
        return address, f"v{version}"
    message = (
        "This installation does not know where its template is: name the repository "
        "with --template (a folder or a git address)."
    )
    raise Refusal(message)


def _released() -> tuple[str, str]:
    """Give the repository's address and the version, from the installed metadata."""
    import importlib.metadata  # noqa: PLC0415 - a checkout does without

    try:
        metadata = importlib.metadata.metadata("trivet")
    except importlib.metadata.PackageNotFoundError:
        return "", ""
    for entry in metadata.get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == "Repository":
            return address, metadata["Version"]
    return "", metadata["Version"]


def version() -> str:
    """Give the version of this package."""
    if here := checkout():
        project = tomllib.loads((here / "pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"])
    return _released()[1] or "unknown"


def _local(path: Path, ref: str, argument: str | None) -> Template:
    if not process.found("git"):
        message = (
            "git is missing: the template is kept in it, and updates of your project "
            "come through it. Install it from https://git-scm.com and try again."
        )
        raise Refusal(message)
    top = process.git("rev-parse", "--show-toplevel", cwd=path)
    if not top.ok or Path(top.stdout.strip()).resolve() != path.resolve():
        message = f"{path} is not the top of a git repository: it has no versions."
        raise Refusal(message)
    commit = _commit(path, ref, str(path))
    notes = []
    if ref == "HEAD":
        changes = process.git("status", "--porcelain", "--", *_present(path), cwd=path)
        if changes.stdout.strip():
            notes.append(
                "The template has uncommitted changes; they are not in the project."
            )
    recorded = _origin_with(path, commit)
    if not recorded:
        recorded = path.as_posix()
        notes.append(
            f"Updates will come from {recorded}, so they work on this machine only: "
            "no `origin` is known to have this version."
        )
    return Template(path, commit, recorded, argument, tuple(notes))


def _present(path: Path) -> list[str]:
    return [name for name in _RENDERED if (path / name).exists()]


def commit_in(repository: Path, ref: str) -> str | None:
    """Give the commit that a version names, or None where there is none."""
    if not ref.startswith("-"):
        for candidate in (ref, f"refs/remotes/origin/{ref}"):
            found = process.git(
                "rev-parse",
                "--verify",
                "--quiet",
                f"{candidate}^{{commit}}",
                cwd=repository,
            )
            if found.ok:
                return found.stdout.strip()
    return None


def _commit(repository: Path, ref: str, where: str) -> str:
    if commit := commit_in(repository, ref):
        return commit
    message = f"--ref: there is no version `{ref}` in {_without_secrets(where)}."
    raise Refusal(message)


def latest_release(repository: Path) -> str:
    """Give the newest release, or HEAD while there is none."""
    tags = process.git("tag", "--list", "v*", cwd=repository).stdout.split()
    releases = [tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    return max(
        releases, key=lambda tag: [int(n) for n in tag[1:].split(".")], default="HEAD"
    )


def _origin_with(repository: Path, commit: str) -> str:
    """Give the address of `origin` where it is remote and has the commit, else ''."""
    origin = process.git("remote", "get-url", "origin", cwd=repository)
    address = origin.stdout.strip()
    if not origin.ok or not is_address(address) or address.startswith("file:"):
        return ""
    has_it = process.git(
        "for-each-ref",
        "--count=1",
        "--contains",
        commit,
        "refs/remotes/origin",
        cwd=repository,
    )
    return _for_copier(_without_secrets(address)) if has_it.stdout.strip() else ""


def is_address(text: str) -> bool:
    """Tell a git address from a path."""
    return bool(
        re.match(r"(git\+)?[a-z][a-z0-9+.-]+://|(gh|gl):|[\w.-]+@[\w.-]+:", text)
    )


def _plain(address: str) -> str:
    for short, site in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(short):
            return site + address.removeprefix(short).lstrip("/")
    return address.removeprefix("git+")


def _for_copier(address: str) -> str:
    """Say it so that Copier knows a git repository when it sees one."""
    known = address.endswith(".git") or re.match(r"git\+|git@|git://|gh:|gl:", address)
    return address if known else f"git+{address}"


def _without_secrets(address: str) -> str:
    """Leave out a user and password that stand in an address of the web."""
    if not re.match(r"(git\+)?https?://", address):
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
