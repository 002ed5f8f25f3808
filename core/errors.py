"""The root of all errors that a user can cause and mend."""


class DomainError(Exception):
    """A rule of the domain said no.

    `code` is a stable machine word (tests, logs), `message` a plain Chinese sentence that says what happened and what
    to do; it is shown to the user as it is.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
