"""Runs Copier in a process of its own, which loads it while there is other work to do.

Loading Copier takes longer than most projects take to render. So the process is started
first of all, loads it, and waits for its order: one line of JSON, the arguments of
`render`.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from selector import process
from selector.errors import Refusal


class Renderer:
    """A process that renders one project; closed, it has left nothing behind.

    It finds no git, so that Copier takes our checkout as a plain folder: it would
    clone that, and start git once more for each file that it writes.
    """

    def __init__(self) -> None:
        """Start the process; it will be ready when it is needed."""
        self.folder = Path(tempfile.mkdtemp(prefix="trivet-"))
        environment = {"TMPDIR": str(self.folder), "PATH": str(self.folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "selector.project.rendering"],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,  # Ctrl-C is ours to answer
        )

    def start(  # noqa: PLR0913 - what is rendered, and where
        self,
        repository: Path,
        commit: str,
        data: Mapping[str, Any],
        folder: Path,
        *,
        left_out: Iterable[str] = (),
        excluded: Sequence[str] = (),
    ) -> None:
        """Begin to render one commit of the template into the folder.

        repository  a local clone of the template
        data        answers, and computed values, which Copier then need not compute
        left_out    paths in the repository that nothing is rendered from, as gitignore
                    patterns; a later one with a `!` takes something in again
        excluded    paths in the project that are not rendered, as gitignore patterns,
                    besides those that the template excludes from a new project

        Raises Refusal, in git's words, when the template cannot be checked out.
        """
        template = self._check_out(repository, commit, left_out)
        order = json.dumps([str(template), str(folder), data, excluded])
        told = cast("IO[bytes]", self.process.stdin)
        with suppress(BrokenPipeError):  # finish() knows why
            told.write(f"{order}\n".encode())
            told.flush()

    def finish(self) -> None:
        """Wait for the rendering; raise Refusal, in Copier's words, when it failed."""
        _, said = self.process.communicate()
        if self.process.returncode:
            complaint = said.decode("utf-8", "replace").strip() or "it was stopped"
            last = complaint.splitlines()[-1]
            message = f"Copier could not render the template: {last}"
            raise Refusal(message)

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
            done = process.git(*told, cwd=cwd, group=self.process.pid)
            if not done.ok:
                message = f"git could not check out the template: {done.why}"
                raise Refusal(message)
        return template

    def close(self) -> None:
        """End the process and the programs it started, and remove their files."""
        if self.process.poll() is None:
            if sys.platform == "win32":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


_prepared: list[Renderer] = []


@contextmanager
def prepared(*, wanted: int) -> Iterator[None]:
    """Start as many processes as will be wanted already."""
    try:
        _prepared.extend(Renderer() for _ in range(wanted))
        yield
    finally:
        while _prepared:
            _prepared.pop().close()


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Give a process that renders, and close it in the end."""
    with closing(_prepared.pop() if _prepared else Renderer()) as process:
        yield process


def render(
    template: str, folder: str, data: dict[str, Any], excluded: list[str]
) -> None:
    """Render as `Renderer.start` says, in this process."""
    from copier import Settings, run_copy  # noqa: PLC0415 - slow, see above

    run_copy(
        template,
        folder,
        data=data,
        exclude=excluded,
        defaults=True,
        quiet=True,
        settings=Settings(),
        unsafe=False,
    )


def main() -> None:
    """Load Copier, wait for the order, carry it out."""
    # None of what is loaded can go: not looking saves a twentieth of the time.
    gc.disable()
    import copier  # noqa: F401, PLC0415
    from copier.errors import CopierError  # noqa: PLC0415
    from jinja2 import TemplateError  # noqa: PLC0415

    order = sys.stdin.buffer.readline()
    if not order:
        return  # not wanted any more
    try:
        render(*json.loads(order))
    except (CopierError, TemplateError, ValueError, OSError) as error:
        sys.exit(" ".join(str(error).split()))
    os._exit(0)  # at once: freeing all that was loaded takes its time too


if __name__ == "__main__":
    main()
