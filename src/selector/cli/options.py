"""What the options of several commands hold."""

from selector.errors import Refusal


def pairs_of(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Read KEY=VALUE, given any number of times."""
    result = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            message = f"{option}: write key=value, not `{pair}`."
            raise Refusal(message)
        result[key.strip()] = value
    return result
