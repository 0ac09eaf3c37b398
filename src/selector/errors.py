"""Errors that are reported to the user as a sentence, without a traceback."""


class UserError(Exception):
    """A request that cannot be carried out; the message says why and what to do."""

    exit_code = 2


class CancelledError(UserError):
    """The user stopped before anything was written; the message is not an error."""

    exit_code = 130


class SetupError(UserError):
    """A step of the first setup failed; the project's files are written."""

    exit_code = 1
