"""Infrastructure files that declare the same application twice, or one that is not here: each API counts once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from migrator.inventory.model import Problem
from migrator.scan.declared import DeclaredApi, Service
from migrator.scan.files import Files
from migrator.scan.handlers import Handlers

Found: TypeAlias = tuple[Service, DeclaredApi]

_SPARE: Final = re.compile(
    r"(?i)(^|[-_./ ])(old|bak|backups?|before|after|copy|copies|orig|previous|deprecated|archived?|unused|drafts?|tmp|"
    r"temp|tests?|local|examples?|samples?|notes|docs?|v\d+)(?=$|[-_./ ])|~$|\(\d+\)"
)


def settle(files: Files, services: Sequence[Service]) -> list[Service]:
    """The services that count. A problem says why one does not: its API is another's copy, or its code is not here
    while another's is. What else the latter declares, such as tables, is kept."""
    handlers = Handlers(files)
    handlers.declare(services)
    found = [(service, api) for service in services for api in service.apis]
    left_out: list[Service] = []
    for candidate in found:
        service, api = candidate
        others = [item for item in found if item[1] is not api and item[0] not in left_out]
        reason = _copied(candidate, others, handlers)
        if reason is not None and len(service.apis) == 1:
            left_out.append(service)
        elif reason is None and (reason := _absent(files, candidate, others, handlers)) is not None:
            service.apis.remove(api)
            for route in api.routes:
                service.functions.pop(route.function, None)
        if reason is not None:
            message = f"the API {api.id} does not count: {reason}"
            files.problems.append(Problem(location=api.location, message=message, serious=False))
    return [service for service in services if service not in left_out]


def _copied(candidate: Found, others: Sequence[Found], handlers: Handlers) -> str | None:
    service, _ = candidate
    own = _code(candidate, handlers)
    for other in others:
        if own and own == _code(other, handlers) and _rank(service) > _rank(other[0]):
            return f"it has the routes and the code of {other[1].id} in {other[0].path}, which counts"
    return None


def _absent(files: Files, candidate: Found, others: Sequence[Found], handlers: Handlers) -> str | None:
    """Also of an API that leads to nothing here, in a file whose name is that of a copy."""
    service, api = candidate
    present = [other for other in others if _present(other, handlers, files)]
    led = bool(api.routes) or (bool(api.unserved) and not api.functionless and _is_spare(service))
    if led and present and not _present(candidate, handlers, files):
        return f"none of its functions is here, while the code of {present[0][1].id} in {present[0][0].path} is"
    return None


def _code(candidate: Found, handlers: Handlers) -> frozenset[tuple[str, str]]:
    """Routes with the handlers behind them."""
    service, api = candidate
    return frozenset((route.key, handlers.by_function[service.path, route.function]) for route in api.routes)


def _present(candidate: Found, handlers: Handlers, files: Files) -> bool:
    return any(handlers.found[handler].path in files for _, handler in _code(candidate, handlers))


def _rank(service: Service) -> tuple[object, ...]:
    """Lower is truer: a name that is no copy's, more that is declared, nearer to the application's folder."""
    return (
        _is_spare(service),
        -len(service.tables),
        -len(service.parts),
        service.path.count("/"),
        len(service.path),
        service.path,
    )


def _is_spare(service: Service) -> bool:
    return _SPARE.search(PurePosixPath(service.path).with_suffix("").as_posix()) is not None
