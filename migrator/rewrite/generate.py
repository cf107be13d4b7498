"""Everything of the new application that is not its own code: rendered or copied from ours."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from migrator.rewrite.service import AuthorizerView, ServiceView
from migrator.rewrite.vendor import vendored
from templates import render

SERVICE = "sse_service"
ALWAYS = (
    "__init__", "answers", "caller", "ending", "functions", "handshake", "limits", "live", "main", "measuring",
    "metrics", "models", "routes", "settings", "stream", "under_way", "unusable",
)  # fmt: skip


def service_files(
    view: ServiceView,
    *,
    management: bool,
    background: bool = False,
    stand_ins: AbstractSet[str] = frozenset(),
    required: Sequence[tuple[str, str]] = (),
    aws: bool = False,
) -> dict[str, str]:
    """Path -> text of `sse_service/`. `management`: whether some code still wants the client for @connections;
    `background`: whether some code hands work to itself;
    `stand_ins`: names of the module `signed` that some code wants; `required`: variables that it reads on import, with
    the place; `aws`: whether it uses AWS."""
    names = list(ALWAYS)
    authorizer = view.values["authorizer"]
    if authorizer is not None:
        names.append("security")
    if isinstance(authorizer, AuthorizerView) and authorizer.native:
        names.append("identity")
    if view.mounts:
        names.append("mounting")
    if background:
        names.append("background")
    if background or view.mounts or (isinstance(authorizer, AuthorizerView) and not authorizer.native):
        names.append("lambda_context")
    if view.values["answer_streams"]:
        names += ["answer_stream", "answering"]
    if view.refuses:
        names.append("not_migrated")
    if management:
        names.append("management")
    if required:
        names.append("variables")
    if stand_ins:
        names.append("signed")
    if view.values["push"]:
        names.append("push")
    values = {**view.values, "signed": stand_ins, "required": required, "aws": aws}
    files = {f"{SERVICE}/{name}.py": render(f"application/{SERVICE}/{name}.py.j2", **values) for name in sorted(names)}
    return files | vendored(loading=view.loading)
