"""YAML files, and what is wrong with them in one sentence."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import yaml

from selector.errors import Refusal

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader as _SafeLoader
else:
    from yaml import CSafeLoader as _SafeLoader

Read = Callable[[str], str | None]


def load_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - YAML can be anything
    """Parse one document."""
    try:
        return yaml.load(text, Loader=_SafeLoader)
    except yaml.YAMLError as error:
        raise _broken(name, error) from error


def documents(text: str, name: str, read: Read) -> Iterator[dict[str, Any]]:
    """Give the documents of a file; an included one gives the list of its own."""

    class Loader(_SafeLoader):
        pass

    def include(loader: Loader, node: yaml.ScalarNode) -> list[dict[str, Any]]:
        path = str(loader.construct_scalar(node))
        included = read(path)
        if included is None:
            message = f"{name} includes {path}, which is not there."
            raise Refusal(message)
        return list(documents(included, path, read))

    Loader.add_constructor("!include", include)
    try:
        for document in yaml.load_all(text, Loader=Loader):
            if isinstance(document, list):
                yield from document
            elif document:
                yield document
    except yaml.YAMLError as error:
        raise _broken(name, error) from error


def _broken(name: str, error: yaml.YAMLError) -> Refusal:
    return Refusal(f"{name} is not valid YAML: {' '.join(str(error).split())}")
