"""What goes wrong in ways that a sentence can explain."""


class Refusal(Exception):  # noqa: N818 - it is no error in the program
    """Something was asked for that cannot be done; the message says what and why."""

    exit_code = 2


class SetupFailed(Refusal):
    """The project stands, but a step of its first set-up failed."""

    exit_code = 1
