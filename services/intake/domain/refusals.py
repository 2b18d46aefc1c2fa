"""What the rules forbid, said so that whoever asked knows what to do next."""


class Refusal(Exception):
    """A rule forbids what was asked. `title` and `detail` are Chinese sentences for people; `code` is for programs.

    `invalid` tells a request that is wrong in itself (422) from one that the case's present state forbids (409).
    """

    def __init__(self, code: str, title: str, detail: str, *, invalid: bool = False) -> None:
        super().__init__(f"{code}: {title}")
        self.code = code
        self.title = title
        self.detail = detail
        self.invalid = invalid
