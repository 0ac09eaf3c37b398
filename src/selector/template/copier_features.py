"""The features of Copier that the questionnaire evaluates as Copier does.

A template that uses any other feature is rejected: otherwise `trivet` could reach other
answers than `copier copy`. What only affects how files are rendered is left to Copier.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from selector.errors import UserError

_SETTINGS = {
    "_answers_file",
    "_envops",
    "_exclude",
    "_message_after_copy",
    "_message_after_update",
    "_message_before_copy",
    "_message_before_update",
    "_min_copier_version",
    "_preserve_symlinks",
    "_skip_if_exists",
    "_subdirectory",
    "_templates_suffix",
}
_ENVOPS = {
    "autoescape",
    "keep_trailing_newline",
    "lstrip_blocks",
    "optimized",
    "trim_blocks",
    "undefined",
}
_QUESTION_KEYS = {
    "ask",
    "choices",
    "default",
    "help",
    "multiselect",
    "type",
    "validator",
    "when",
}
_TYPES_OF_ANSWERS = {"bool", "str"}
_TYPES_OF_OTHER_VALUES = {"bool", "json", "str", "yaml"}

# Variables that Copier defines and the questionnaire does not.
UNSUPPORTED_VARIABLES = frozenset(
    {
        "UNSET",
        "_copier_conf",
        "_copier_operation",
        "_copier_phase",
        "_copier_python",
        "_external_data",
        "make_secret",
        "now",
        "pathjoin",
    }
)


def reject(feature: str) -> NoReturn:
    """Raise UserError for a feature that is not supported."""
    message = (
        f"copier.yml: trivet does not support {feature}. Render this template with "
        "`copier copy`."
    )
    raise UserError(message)


def check_features(entries: Mapping[str, Any]) -> None:
    """Raise UserError if the content of copier.yml uses an unsupported feature."""
    for name, value in entries.items():
        if not name.startswith("_"):
            _check_question(name, value)
        elif name not in _SETTINGS:
            reject(f"the setting `{name}`")
    answers_file = entries.get("_answers_file", ".copier-answers.yml")
    if answers_file != ".copier-answers.yml":
        reject(f"another `_answers_file` than .copier-answers.yml: {answers_file}")
    _check_envops(entries.get("_envops"))


def _check_envops(envops: object) -> None:
    if not isinstance(envops, dict):
        reject("templates without `_envops`")
    for option in sorted(envops.keys() - _ENVOPS):
        reject(f"`{option}` in `_envops`")
    # Otherwise an undefined variable would silently be an empty text.
    if envops.get("undefined") != "jinja2.StrictUndefined":
        reject("`_envops` without `undefined: jinja2.StrictUndefined`")


def _check_question(name: str, details: object) -> None:
    if not isinstance(details, dict):
        reject(f"the short form of the question `{name}`")
    if name in UNSUPPORTED_VARIABLES:
        reject(f"a question that is called `{name}`")
    for key in sorted(details.keys() - _QUESTION_KEYS):
        reject(f"the key `{key}` in the question `{name}`")
    if not isinstance(details.get("when", True), bool):
        reject(f"a condition as `when` in the question `{name}`")
    if not isinstance(details.get("ask", True), bool | str):
        reject(f"`ask` in the question `{name}` that is neither a condition nor a bool")
    for key in ("help", "validator"):
        if not isinstance(details.get(key, ""), str):
            reject(f"`{key}` in the question `{name}` that is no text")
    is_asked = details.get("when") is not False and details.get("ask") is not False
    types = _TYPES_OF_ANSWERS if is_asked else _TYPES_OF_OTHER_VALUES
    if details.get("type") not in types:
        reject(f"the question `{name}` without a type of {', '.join(sorted(types))}")
    if is_asked and details.get("default") is None:
        reject(f"the question `{name}` without a default")
    _check_choices(name, details)


def _check_choices(name: str, details: Mapping[str, Any]) -> None:
    if not isinstance(details.get("multiselect", False), bool):
        reject(f"a condition as `multiselect` in the question `{name}`")
    if details.get("multiselect") and "choices" not in details:
        reject(f"`multiselect` without choices in the question `{name}`")
    if not isinstance(details.get("choices", {}), dict | str):
        reject(f"a list of choices in the question `{name}`")
    if "choices" in details and details["type"] != "str":
        reject(f"choices that are no texts in the question `{name}`")
