"""The one error that a user sees: what happened, and what to do next."""


class AnsinhError(Exception):
    """A failure that has a clear cause and a next step.

    Args:
        message: one sentence that names the thing that failed (batch, row, field, rule).
        next_step: one sentence that tells the operator what to do.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} Next: {self.next_step}" if self.next_step else self.message
