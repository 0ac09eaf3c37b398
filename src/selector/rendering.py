"""Renders in a process of its own, which loads Copier while there is other work to do.

Loading Copier takes longer than most projects take to render. So the process is started
first of all, loads it, and waits for its order: the arguments of `render` as JSON.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selector.errors import Refusal


class Renderer:
    """A process that renders one project; once closed, it has left nothing behind."""

    def __init__(self) -> None:
        """Start the process; it will be ready when it is needed."""
        self.folder = Path(tempfile.mkdtemp(prefix="trivet-"))
        self.checked_out = self.folder / "git" / "info" / "sparse-checkout"
        self.checked_out.parent.mkdir(parents=True)
        # Copier's git checks out what `checked_out` says, and does so in our folder.
        environment = {
            "TMPDIR": str(self.folder),
            "GIT_TEMPLATE_DIR": str(self.folder / "git"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.sparseCheckout",
            "GIT_CONFIG_VALUE_0": "true",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "selector.rendering"],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours to answer
        )

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

        Raises Refusal, in Copier's words, when it cannot be rendered.
        """
        lines = ["/*", *(f"!{pattern}".removeprefix("!!") for pattern in left_out)]
        self.checked_out.write_text("\n".join(lines) + "\n", "utf-8")
        order = json.dumps([str(repository), commit, dict(data), str(folder)])
        try:
            _, said = self.process.communicate(order.encode())
        except BaseException:
            self.close()  # or it would go on writing
            raise
        if self.process.returncode:
            complaint = said.decode("utf-8", "replace").strip() or "it was stopped"
            message = (
                f"Copier could not render the template: {complaint.splitlines()[-1]}"
            )
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


_prepared: list[Renderer] = []


@contextmanager
def prepared(*, wanted: bool) -> Iterator[None]:
    """Start a process for the next `renderer()` already, where one will be wanted."""
    if wanted:
        _prepared.append(Renderer())
    try:
        yield
    finally:
        while _prepared:
            _prepared.pop().close()


@contextmanager
def renderer() -> Iterator[Renderer]:
    """Give a process that renders, and close it in the end."""
    process = _prepared.pop() if _prepared else Renderer()
    try:
        yield process
    finally:
        process.close()


def render(repository: str, commit: str, data: dict[str, Any], folder: str) -> None:
    """Render as `Renderer.render` says, in this process."""
    from copier import Settings, run_copy  # noqa: PLC0415 - slow, see above

    run_copy(
        repository,
        folder,
        data=data,
        vcs_ref=commit,
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

    order = sys.stdin.buffer.read()
    if not order:
        return  # not wanted any more
    try:
        render(*json.loads(order))
    except (CopierError, TemplateError, ValueError, OSError) as error:
        sys.exit(" ".join(str(error).split()))
    os._exit(0)  # at once: freeing all that was loaded takes its time too


if __name__ == "__main__":
    main()
