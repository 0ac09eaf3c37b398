"""Rules for the template files."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rendering.answers import allowed_pairs, choices, create_rows

TEMPLATE = ROOT / "template"
INCLUDES = ROOT / "includes"
JINJA = re.compile(r"\{\{|\{%|\{#")
RAW = re.compile(
    r"\{% raw -?%\}.*?\{% endraw -?%\}", re.DOTALL
)  # the project's own Jinja
# Tested versions, and settings and caches of programs that check the includes.
NOT_INCLUDED = re.compile(r"/constraints/|/ruff\.toml$|/__pycache__/|/\.\w+_cache/")
STUB = re.compile(r"\{% include '(includes/[^']+)' -?%\}\n")


def python_files() -> list[Path]:
    return [
        path
        for folder in (TEMPLATE, INCLUDES)
        for pattern in ("*.py", "*.py.jinja")
        for path in folder.rglob(pattern)
    ]


def test_ninety_percent_of_python_lines_contain_no_jinja() -> None:
    lines = holding = 0
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        lines += len(text.splitlines())
        if path.suffix == ".jinja":
            # All lines that a comment or tag of several lines covers count.
            for tag in re.findall(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", text, re.DOTALL):
                holding += tag.count("\n")
            holding += sum(bool(JINJA.search(line)) for line in text.splitlines())
    assert lines
    assert 1 - holding / lines >= 0.9, f"{holding} of {lines} lines hold Jinja"


def test_only_files_with_jinja_have_its_suffix() -> None:
    for folder in (TEMPLATE, INCLUDES):
        for path in folder.rglob("*.jinja"):
            assert JINJA.search(path.read_text(encoding="utf-8")), path


def test_no_jinja_is_nested() -> None:
    nested = []
    for folder in (TEMPLATE, INCLUDES):
        for path in folder.rglob("*.jinja"):
            depth = 0
            text = RAW.sub("", path.read_text(encoding="utf-8"))
            for line in text.splitlines():
                for word in re.findall(r"\{%-?\+? *(\w+)", line):
                    if word in {"if", "for"}:
                        depth += 1
                    elif word in {"endif", "endfor"}:
                        depth -= 1
                    if depth > 1 and path.name != "0001-web-framework.md.jinja":
                        nested.append(f"{path.relative_to(ROOT)}: {line}")
    assert not nested, "\n".join(nested)


@pytest.mark.parametrize("framework", choices("framework"))
def test_shared_files_are_included_by_stubs(framework: str) -> None:
    """Check that a file that includes another is one line at the same path."""
    shared = 0
    for path in (TEMPLATE / framework).rglob("*.jinja"):
        text = path.read_text(encoding="utf-8")
        if stub := STUB.fullmatch(text):
            name = path.relative_to(TEMPLATE / framework).as_posix()
            assert f"includes/{name}" in {stub[1], f"{stub[1]}.jinja"}
            assert (ROOT / stub[1]).is_file()
            shared += 1
    assert shared >= 13


def test_every_include_is_used() -> None:
    used = {
        name
        for folder in (TEMPLATE, INCLUDES)
        for path in folder.rglob("*.jinja")
        for name in re.findall(
            r"include '(includes/[^']+)'", path.read_text(encoding="utf-8")
        )
    }
    there = {
        path.relative_to(ROOT).as_posix()
        for path in INCLUDES.rglob("*")
        if path.is_file() and not NOT_INCLUDED.search(path.as_posix())
    }
    assert there == used


def test_template_paths_are_no_links_and_valid_on_windows() -> None:
    for folder in (TEMPLATE, INCLUDES):
        for path in folder.rglob("*"):
            assert not path.is_symlink()
            assert not set(path.name) & set('|"<>:?*\\')


def test_the_rendered_rows_cover_every_allowed_pair() -> None:
    rows = list(create_rows())
    missing = [
        pair
        for pair in allowed_pairs()
        if not any(all(row[key] == value for key, value in pair) for row in rows)
    ]
    assert missing == []
