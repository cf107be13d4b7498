"""An HTTP server that answers as GitHub's REST API does, as far as issues, sub-issues and dependencies go.

https://docs.github.com/en/rest/issues
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "example/chat"
TOKEN = "ghp_" + "x" * 36
MAX_BODY = 65_536
MAX_SUB_ISSUES = 100

Answer = tuple[int, object, dict[str, str]]


@dataclass
class GitHubLike:
    """`page`: most entries of a page, whatever is asked for. `faults`: answers given instead, first come first served."""

    page: int = 100
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)
    blockers: dict[int, list[int]] = field(default_factory=dict)
    faults: list[tuple[str, Answer]] = field(default_factory=list)
    """(method, answer)"""
    seen: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    def changes(self) -> list[tuple[str, str]]:
        return [one for one in self.seen if one[0] != "GET"]

    def titled(self, start: str) -> dict[str, Any]:
        (found,) = [issue for issue in self.issues.values() if issue["title"].startswith(start)]
        return found

    def edited_in_browser(self, number: int, **fields: Any) -> None:
        """As a person does it: browsers send CRLF."""
        if "body" in fields:
            fields["body"] = fields["body"].replace("\r\n", "\n").replace("\n", "\r\n")
        self.issues[number].update(fields)

    def answer(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        for place, (wanted, fault) in enumerate(self.faults):
            if wanted == method:
                del self.faults[place]
                return fault
        parts = urlsplit(target)
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}, {}
        found = re.fullmatch(
            rf"/repos/{REPOSITORY}/issues(?:/(\d+)(/sub_issues|/dependencies/blocked_by)?)?", parts.path
        )
        if not found:
            return 404, {"message": "Not Found"}, {}
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not found[1]:
            return self._create(body) if method == "POST" else self._listed(self._matching(query), parts.path, query)
        number = int(found[1])
        if number not in self.issues:
            return 404, {"message": "Not Found"}, {}
        if found[2]:
            return self._linked(method, number, found[2], body, parts.path, query)
        if method == "PATCH":
            return self._changed(number, body)
        return 200, self.issues[number], {}

    def _matching(self, query: dict[str, str]) -> list[dict[str, Any]]:
        wanted = set(filter(None, query.get("labels", "").split(",")))
        states = {"all": {"open", "closed"}}.get(query.get("state", "open"), {query.get("state", "open")})
        return [
            issue
            for _, issue in sorted(self.issues.items(), reverse=True)
            if issue["state"] in states and wanted <= {label["name"] for label in issue["labels"]}
        ]

    def _listed(self, entries: list[dict[str, Any]], path: str, query: dict[str, str]) -> Answer:
        size = min(self.page, int(query.get("per_page", "30")), 100)
        page = int(query.get("page", "1"))
        headers = {}
        if page * size < len(entries):
            more = "&".join(f"{name}={value}" for name, value in {**query, "page": str(page + 1)}.items())
            headers["Link"] = f'<{self.address}{path}?{more}>; rel="next", <{self.address}{path}?page=9>; rel="last"'
        return 200, entries[(page - 1) * size : page * size], headers

    def _create(self, body: dict[str, Any]) -> Answer:
        if problem := _invalid(body, creating=True):
            return problem
        number = len(self.issues) + 1
        self.issues[number] = {
            "number": number,
            "id": 7_000_000 + number,
            "title": body["title"],
            "body": body.get("body"),
            "state": "open",
            "state_reason": None,
            "labels": [{"name": name, "color": "ededed"} for name in body.get("labels", [])],
            "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
            "user": {"login": "ws2sse-bot"},
        }
        return 201, self.issues[number], {}

    def _changed(self, number: int, body: dict[str, Any]) -> Answer:
        if problem := _invalid(body, creating=False):
            return problem
        issue = self.issues[number]
        if "labels" in body:
            issue["labels"] = [{"name": name, "color": "ededed"} for name in body["labels"]]
        issue.update({name: body[name] for name in ("title", "body", "state", "state_reason") if name in body})
        return 200, issue, {}

    def _linked(
        self, method: str, number: int, kind: str, body: dict[str, Any], path: str, query: dict[str, str]
    ) -> Answer:
        held = (self.children if kind == "/sub_issues" else self.blockers).setdefault(number, [])
        by_id = {issue["id"]: issue for issue in self.issues.values()}
        if method == "GET":
            return self._listed([by_id[one] for one in held], path, query)
        name = "sub_issue_id" if kind == "/sub_issues" else "issue_id"
        if body.get(name) not in by_id:
            return 404, {"message": "The provided sub-issue does not exist"}, {}
        parents = [one for one, of in self.children.items() if body[name] in of]
        if body[name] in held or (kind == "/sub_issues" and parents):
            return (
                422,
                {"message": "Validation Failed", "errors": [{"message": "Issue may not contain duplicates"}]},
                {},
            )
        if kind == "/sub_issues" and len(held) >= MAX_SUB_ISSUES:
            return 422, {"message": f"Parent cannot have more than {MAX_SUB_ISSUES} sub-issues"}, {}
        held.append(body[name])
        return 201, self.issues[number], {}


def secondary(retry_after: int | None = 3) -> Answer:
    """https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#rate-limit-errors"""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return 403, {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}, headers


def primary(reset: int) -> Answer:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    return 403, {"message": "API rate limit exceeded for user ID 1."}, headers


def _invalid(body: dict[str, Any], *, creating: bool) -> Answer | None:
    problems = []
    if (creating or "title" in body) and not str(body.get("title", "")).strip():
        problems.append({"resource": "Issue", "code": "missing_field", "field": "title"})
    if len(body.get("title", "")) > 256:
        problems.append(
            {"resource": "Issue", "code": "custom", "message": "title is too long (maximum is 256 characters)"}
        )
    if len(body.get("body") or "") > MAX_BODY:
        problems.append(
            {"resource": "Issue", "code": "custom", "message": "body is too long (maximum is 65536 characters)"}
        )
    return (422, {"message": "Validation Failed", "errors": problems}, {}) if problems else None


class _Handler(BaseHTTPRequestHandler):
    like: GitHubLike
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.like.seen.append((self.command, self.path))
        status, answer, headers = self.like.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
        written = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(like: GitHubLike) -> Iterator[GitHubLike]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"like": like}))
    server.daemon_threads = True
    like.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield like
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
