"""Load YAML, with one sentence about what is wrong in it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import yaml

from selector.errors import UserError

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader as _SafeLoader
else:
    from yaml import CSafeLoader as _SafeLoader

Read = Callable[[str], str | None]


def load_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - YAML can be anything
    """Load one document."""
    try:
        return yaml.load(text, Loader=_SafeLoader)
    except yaml.YAMLError as error:
        raise _syntax_error(name, error) from error


def load_documents(text: str, name: str, read: Read) -> Iterator[dict[str, Any]]:
    """Yield the documents of a file; `!include` loads the documents of another one."""

    class Loader(_SafeLoader):
        pass

    def include(loader: Loader, node: yaml.ScalarNode) -> list[dict[str, Any]]:
        path = str(loader.construct_scalar(node))
        if any(character in path for character in "*?["):
            message = f"{name}: trivet does not support the pattern {path} in !include."
            raise UserError(message)
        included = read(path)
        if included is None:
            message = f"{name} includes {path}, which does not exist."
            raise UserError(message)
        return list(load_documents(included, path, read))

    Loader.add_constructor("!include", include)
    try:
        for document in yaml.load_all(text, Loader=Loader):
            for entry in document if isinstance(document, list) else [document]:
                if entry is not None:
                    yield _require_mapping(entry, name)
    except yaml.YAMLError as error:
        raise _syntax_error(name, error) from error


def _require_mapping(entry: object, name: str) -> dict[str, Any]:
    if not isinstance(entry, dict) or not all(isinstance(key, str) for key in entry):
        message = f"{name} has other content than lines such as `key: value`."
        raise UserError(message)
    return entry


def _syntax_error(name: str, error: yaml.YAMLError) -> UserError:
    reason = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
    return UserError(f"{name} is not valid YAML: {reason}")
