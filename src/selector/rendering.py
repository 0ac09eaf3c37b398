"""Runs Copier in a process of its own, which loads it while there is other work to do.

Loading Copier takes longer than most projects take to render. So the process is started
first of all, loads it, and waits for its order as JSON: `render` or `update`, and the
arguments.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selector import commands
from selector.errors import Refusal

Started = TypeVar("Started", bound="_Copier")


class _Copier:
    """A process that has Copier do one thing; closed, it has left nothing behind."""

    failed: str
    with_git: bool

    def __init__(self) -> None:
        """Start the process; it will be ready when it is needed."""
        self.folder = Path(tempfile.mkdtemp(prefix="trivet-"))
        environment = {"TMPDIR": str(self.folder)}
        if not self.with_git:
            environment["PATH"] = str(self.folder)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "selector.rendering"],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,  # Ctrl-C is ours to answer
        )

    def _order(self, name: str, *arguments: object) -> None:
        """Let the process do it, and wait; raise Refusal, in Copier's words."""
        try:
            order = json.dumps([name, *arguments]).encode()
            _, said = self.process.communicate(order)
        except BaseException:
            self.close()  # or it would go on writing
            raise
        if self.process.returncode:
            complaint = said.decode("utf-8", "replace").strip() or "it was stopped"
            message = f"{self.failed}: {complaint.splitlines()[-1]}"
            raise Refusal(message)

    def close(self) -> None:
        """End the process and the programs it started, and remove their files."""
        if self.process.poll() is None:
            if sys.platform == "win32":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


class Renderer(_Copier):
    """A process that renders one project.

    It finds no git, so that Copier takes our checkout as a plain folder: it would
    clone that, and start git once more for each file that it writes.
    """

    failed = "Copier could not render the template"
    with_git = False

    def render(
        self,
        repository: Path,
        commit: str,
        data: Mapping[str, Any],
        folder: Path,
        *,
        left_out: Iterable[str] = (),
    ) -> None:
        """Render one commit of the template into the folder.

        repository  a local clone of the template
        data        answers, and computed values, which Copier then need not compute
        left_out    paths in the repository that nothing is rendered from, as gitignore
                    patterns; a later one with a `!` takes something in again

        Raises Refusal, in Copier's words, when it cannot be rendered, and in git's
        when the template cannot be checked out.
        """
        template = self._check_out(repository, commit, left_out)
        self._order("render", str(template), dict(data), str(folder))

    def _check_out(
        self, repository: Path, commit: str, left_out: Iterable[str]
    ) -> Path:
        """Check out what is rendered from, without touching the repository itself."""
        template, prepared = self.folder / "template", self.folder / "git"
        wanted = ["/*", *(f"!{pattern}".removeprefix("!!") for pattern in left_out)]
        (prepared / "info").mkdir(parents=True)
        sparse = prepared / "info" / "sparse-checkout"
        sparse.write_text("\n".join(wanted) + "\n", "utf-8")
        clone = ("clone", "--quiet", "--shared", "--no-checkout")
        options = (f"--template={prepared}", "--config=core.sparseCheckout=true")
        for told, cwd in (
            ((*clone, *options, "--", str(repository), str(template)), None),
            (("checkout", "--quiet", "--detach", commit), template),
        ):
            done = commands.git(*told, cwd=cwd, group=self.process.pid)
            if not done.ok:
                message = f"git could not check out the template: {done.why}"
                raise Refusal(message)
        return template


class Updater(_Copier):
    """A process that updates one project."""

    failed = "Copier could not update the project"
    with_git = True

    def update(self, project: Path, commit: str, data: Mapping[str, Any]) -> None:
        """Bring the project in a folder to a commit of its template.

        data  the answers that change

        Raises Refusal, in Copier's words, when that cannot be done.
        """
        self._order("update", str(project), commit, dict(data))


_prepared: list[_Copier] = []


@contextmanager
def prepared(*, wanted: type[_Copier] | None) -> Iterator[None]:
    """Start the process that will be wanted already, if any."""
    if wanted:
        _prepared.append(wanted())
    try:
        yield
    finally:
        while _prepared:
            _prepared.pop().close()


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Give a process that renders, and close it in the end."""
    with closing(_started(Renderer)) as process:
        yield process


@contextmanager
def updater() -> Iterator[Updater]:
    """Give a process that updates, and close it in the end."""
    with closing(_started(Updater)) as process:
        yield process


def _started(kind: type[Started]) -> Started:
    for process in _prepared:
        if type(process) is kind:
            _prepared.remove(process)
            return process
    return kind()


def render(template: str, data: dict[str, Any], folder: str) -> None:
    """Render as `Renderer.render` says, in this process."""
    from copier import Settings, run_copy  # noqa: PLC0415 - slow, see above

    run_copy(
        template,
        folder,
        data=data,
        defaults=True,
        quiet=True,
        settings=Settings(),
        unsafe=False,
    )


def update(project: str, commit: str, data: dict[str, Any]) -> None:
    """Update as `Updater.update` says, in this process."""
    from copier import Settings, run_update  # noqa: PLC0415 - slow, see above

    run_update(
        project,
        data=data,
        vcs_ref=commit,
        defaults=True,
        overwrite=True,
        quiet=True,
        settings=Settings(),
        unsafe=False,
    )


_ORDERS: Mapping[str, Callable[..., None]] = {"render": render, "update": update}


def main() -> None:
    """Load Copier, wait for the order, carry it out."""
    # None of what is loaded can go: not looking saves a twentieth of the time.
    gc.disable()
    import copier  # noqa: F401, PLC0415
    from copier.errors import CopierError  # noqa: PLC0415
    from jinja2 import TemplateError  # noqa: PLC0415
    from plumbum import ProcessExecutionError  # noqa: PLC0415

    order = sys.stdin.buffer.read()
    if not order:
        return  # not wanted any more
    try:
        name, *arguments = json.loads(order)
        _ORDERS[name](*arguments)
    except ProcessExecutionError as error:
        sys.exit(f"git failed: {' '.join(error.stderr.split())}")
    except (CopierError, TemplateError, ValueError, OSError) as error:
        sys.exit(" ".join(str(error).split()))
    os._exit(0)  # at once: freeing all that was loaded takes its time too


if __name__ == "__main__":
    main()
