"""What the bank says no with: `Refused`, a status and words for the one who asked."""


class Refused(Exception):
    """In words for the one who asked. 404: not known (yet); 409: known otherwise; 422: never; 503: try later."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
