"""Tables of the documentation that are generated from code and data.

`uv run python -m tests.repository.facts` writes them into the documents.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from selector.cli.main import cli
from selector.recommendation.model import Model
from selector.template.questionnaire import Prompt, Questionnaire
from selector.template.source import PackageTree
from tests.conftest import ROOT

# Descriptions of defaults that depend on other answers.
DEPENDENT_DEFAULTS = {
    "project_name": "from the name of the destination folder",
    "use_case": "`api`, or `other` if `known_framework` names a framework",
    "features": "those of the use case",
    "framework": "the recommendation, or the framework in `known_framework`",
    "extras": "`container`, `ci`, `precommit` and `renovate`; none for the use cases "
    "`prototype` and `education`",
}


def main() -> None:
    """Write all tables into their documents."""
    for name in DOCUMENTS:
        path = ROOT / name
        path.write_text(with_facts(path.read_text("utf-8")), "utf-8")


def with_facts(text: str) -> str:
    """Return a document with its tables up to date."""
    return re.sub(
        r"(<!-- facts: (\w+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{FACTS[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def features() -> str:
    """Return the table of features and the frameworks that have them."""
    model = Questionnaire(PackageTree()).model
    rows = [
        [
            f"`{key}`",
            feature.title,
            *(availability(model, key, f) for f in model.frameworks),
        ]
        for key, feature in model.features.items()
    ]
    titles = [framework.title for framework in model.frameworks.values()]
    return format_table(["`features`", "What it is", *titles], rows)


def availability(model: Model, feature: str, framework: str) -> str:
    """Return whether a framework has a feature, in words for the table."""
    having = [
        f for f, available in model.available_features.items() if feature in available
    ]
    if framework in having:
        return "yes"
    is_offered = not having and framework not in model.features[feature].rules_out
    return "not yet" if is_offered else "not offered"


def use_cases() -> str:
    """Return the table of what each use case alone leads to."""
    questionnaire = Questionnaire(PackageTree())
    titles = {p.name: {c.value: c.title for c in p.choices} for p in prompts()}
    frameworks = questionnaire.model.frameworks
    rows = []
    for key in questionnaire.model.criteria["use_case"].answers:
        if key == "other":
            continue
        answers = questionnaire.answer({"use_case": key}).all
        decision = answers["recommendation"]
        unavailable = [
            feature
            for feature in answers["features"]
            if feature not in answers["parts"]
        ]
        first = frameworks[decision["framework"]].title
        second = (
            frameworks[decision["runner_up"]].title if decision["runner_up"] else ""
        )
        rows.append(
            [
                f"`{key}`",
                titles["use_case"][key],
                f"{first}, in a tie" if decision["verdict"] == "tie" else first,
                second or "none: ruled out",
                format_names(answers["parts"]),
                format_names(unavailable),
            ]
        )
    header = ["`use_case`", "What", "Recommended", "Runner-up", "Features", "Not yet"]
    if not any(row[-1] for row in rows):  # every feature is available
        header, *rows = [row[:-1] for row in [header, *rows]]
    return format_table(header, rows)


def answers() -> str:
    """Return every question with its values and its default."""
    sections = []
    for prompt in prompts():
        default = (
            DEPENDENT_DEFAULTS.get(prompt.name) or f"`{format_value(prompt.default)}`"
        )
        if prompt.default == "":
            default = "empty"
        kind = "any of" if prompt.multiselect else "one of"
        if not prompt.choices:
            kind = {"bool": "`true` or `false`"}.get(prompt.kind, "text")
        lines = [
            f"### `{prompt.name}`",
            "",
            prompt.message.splitlines()[0]
            if prompt.name != "framework"
            else "Which framework do you want to use?",
            "",
            f"Default: {default}. Takes {kind}{':' if prompt.choices else '.'}",
        ]
        if prompt.choices:
            rows = [
                # What a framework lacks depends on the other answers.
                [f"`{c.value}`", c.title.split(" (without ")[0]]
                for c in prompt.choices
            ]
            lines += ["", format_table(["Value", "Meaning"], rows)]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def commands() -> str:
    """Return every command with its options."""
    sections = []
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=name, parent=click.Context(cli))
        rows = [
            [f"`{' '.join([option.opts[0], *placeholder(option)])}`", option.help or ""]
            for option in command.get_params(context)
            if isinstance(option, click.Option) and "--help" not in option.opts
        ]
        usage = " ".join(["trivet", name, *command.collect_usage_pieces(context)])
        parts = [f"## `{usage}`", command.help or ""]
        parts += [format_table(["Option", "Does"], rows)] if rows else []
        sections.append("\n\n".join(parts))
    return "\n\n".join(sections)


def placeholder(option: click.Option) -> list[str]:
    """Return the placeholder for the value of an option, if it takes one."""
    return [] if option.is_flag else [option.metavar or option.type.name.upper()]


def prompts() -> list[Prompt]:
    """Return all questions, including those that only some answers lead to."""
    asked: list[Prompt] = []

    def ask(prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be of any type
        asked.append(prompt)
        return True if prompt.name == "customise" else prompt.default

    Questionnaire(PackageTree()).answer({}, ask)
    return asked


def format_table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(
        f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows]
    )


def format_names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def format_value(value: object) -> str:
    """Return a value in the form that --data accepts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def facts_in(text: str) -> Iterator[str]:
    """Yield the names of the tables in a document."""
    yield from re.findall(r"<!-- facts: (\w+) -->", text)


FACTS: Mapping[str, Callable[[], str]] = {
    "answers": answers,
    "commands": commands,
    "features": features,
    "use_cases": use_cases,
}

DOCUMENTS = ("README.md", "docs/reference/answers.md", "docs/reference/commands.md")

if __name__ == "__main__":
    main()
