"""What can go wrong with GitHub. No error holds a token.

GitHubError
├── TokenMissing(variables)
├── AddressUnsafe(address)
├── RepositoryNameInvalid(given)
├── GitHubUnreachable(method, path, problem)
├── GitHubRefused(method, path, status, message)
├── GitHubBusy(seconds, limit_s)
└── AnswerInvalid(path, problem)
"""

from __future__ import annotations

from typing import Final

from checklists.errors import ChecklistError

_MEANS: Final = {
    401: "The token is not valid, or has expired.",
    403: 'The token may not do this; it needs the repository permission "Issues: write".',
    404: "There is no such repository, or the token may not see it.",
    410: "Issues are switched off in this repository.",
}


class GitHubError(ChecklistError):
    """What was done before it stays done; a second run continues, because issues are found by their markers."""


class TokenMissing(GitHubError):
    def __init__(self, variables: tuple[str, ...]) -> None:
        self.variables = variables
        super().__init__(variables)

    def __str__(self) -> str:
        return f"There is no token for GitHub. Set {' or '.join(self.variables)}, or name a file with --token-file."


class AddressUnsafe(GitHubError):
    """Raised before a token would be sent without encryption, or to another host than was asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(address)

    def __str__(self) -> str:
        return f"The token is not sent to {self.address}: it has to be https, on the host that was asked for."


class RepositoryNameInvalid(GitHubError):
    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(given)

    def __str__(self) -> str:
        return f"{self.given!r} is not a repository; give owner/name, such as example/chat."


class GitHubUnreachable(GitHubError):
    """Raised when no whole answer came. A request that creates is not repeated: it may have arrived."""

    def __init__(self, method: str, path: str, problem: str) -> None:
        self.method, self.path, self.problem = method, path, problem
        super().__init__(method, path, problem)

    def __str__(self) -> str:
        return f"GitHub gave no answer to {self.method} {self.path}: {self.problem}. Run it again to continue."


class GitHubRefused(GitHubError):
    def __init__(self, method: str, path: str, status: int, message: str) -> None:
        self.method, self.path, self.status, self.message = method, path, status, message
        super().__init__(method, path, status, message)

    def __str__(self) -> str:
        meaning = _MEANS.get(self.status, "")
        return f"GitHub answered {self.status} to {self.method} {self.path}: {self.message} {meaning}".rstrip()


class GitHubBusy(GitHubError):
    """Raised when a rate limit asks for a longer wait than allowed, or asks again and again."""

    def __init__(self, seconds: float, limit_s: float) -> None:
        self.seconds, self.limit_s = seconds, limit_s
        super().__init__(seconds, limit_s)

    def __str__(self) -> str:
        return (
            f"GitHub's rate limit asks to wait {self.seconds:.0f} s; at most {self.limit_s:.0f} s are waited. "
            "Run it again later to continue."
        )


class AnswerInvalid(GitHubError):
    def __init__(self, path: str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"GitHub's answer to {self.path} is not what its documentation says: {self.problem}."
