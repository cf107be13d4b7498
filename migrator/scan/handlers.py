"""Lambda's handler names as files and functions of the application."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Framework, Handler, Language, Trigger
from migrator.inventory.permissions import Permissions, united
from migrator.inventory.record import Location
from migrator.scan.declared import Function, Service, is_unread
from migrator.scan.files import Files
from migrator.scan.node.built import HANDLER_SUFFIXES, source_of
from migrator.scan.node.program import NodeProgram
from migrator.scan.paths import join_folder
from migrator.scan.python.import_path import import_path
from migrator.scan.python.program import Program

UNKNOWN: Final = "not known"
"""Source of the trigger of a function that looks like a handler, when nothing says what starts it."""


@dataclass
class Found:
    """A handler in the making; several functions of the infrastructure can share one."""

    id: str
    path: str
    root: str
    module: str
    function: str
    language: Language
    declared_in: Location | None
    triggers: list[Trigger] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    location: Location | None = None
    problem: str | None = None
    import_path: tuple[str, ...] = ()
    framework: Framework | None = None
    framework_object: str | None = None
    permissions: Permissions | None = None

    def record(self) -> Handler:
        return Handler(
            id=self.id,
            path=self.path,
            root=self.root,
            module=self.module,
            import_path=self.import_path,
            function=self.function,
            language=self.language,
            framework=self.framework,
            framework_object=self.framework_object,
            triggers=tuple(dict.fromkeys(self.triggers)),
            environment=self.environment,
            location=self.location,
            declared_in=self.declared_in,
            problem=self.problem,
            permissions=self.permissions,
        )


class Handlers:
    """All handlers of an application, and which declared function became which."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.found: dict[str, Found] = {}
        self.by_function: dict[tuple[str, str], str] = {}
        """(path of the infrastructure file, key of the function) -> handler id."""

    def declare(self, services: Iterable[Service]) -> None:
        for service in services:
            for function in service.functions.values():
                self._declare(service, function)

    def _declare(self, service: Service, function: Function) -> None:
        path, module, name, language = self._locate(function)
        handler_id = f"{path}:{name}"
        found = self.found.get(handler_id)
        if found is None:
            found = self.found[handler_id] = Found(
                handler_id,
                path,
                function.root,
                module,
                name,
                language,
                function.location,
                problem=function.problem,
                framework=function.framework,
                framework_object=function.framework_object,
            )
            if language != "other" and found.problem is None and path not in self.files:
                found.problem = f"there is no file {path}"
        found.triggers.extend(function.triggers)
        found.environment.update(function.environment)
        if function.permissions is not None:
            found.permissions = united((found.permissions, function.permissions))
        self.by_function[service.path, function.key] = handler_id

    def _locate(self, function: Function) -> tuple[str, str, str, Language]:
        """File, module, function and language. A file that isn't there is named as it would be called."""
        target, _, name = function.handler.rpartition(".")
        target, name = target or name or function.key, name if target else "handler"
        if is_unread(function):
            return function.root, "", function.handler or function.key, "other"
        script = function.runtime.startswith("node")
        base = join_folder(function.root, target if script else _as_path(target))
        module = _as_path(target).strip("./").replace("/", ".")
        suffixes = HANDLER_SUFFIXES if script else (".py",)
        candidates = [f"{base}{suffix}" for suffix in suffixes]
        if not script:
            candidates.append(f"{base}/__init__.py")
        path = next((item for item in candidates if item in self.files), candidates[0])
        if script and path not in self.files:
            path = source_of(self.files, function.root, target) or path
        language: Language = "python"
        if script:
            language = "typescript" if path.endswith((".ts", ".mts", ".cts", ".tsx")) else "javascript"
        return path, module, name, language

    def trigger(self, service: Service) -> None:
        """Takes over triggers that were found after the functions were declared."""
        for key, function in service.functions.items():
            found = self.found[self.by_function[service.path, key]]
            known = [trigger for trigger in function.triggers if trigger.source != UNKNOWN or not found.triggers]
            found.triggers.extend(known)

    def enter(self, program: Program) -> None:
        """Finds the functions behind the names; what isn't there becomes the handler's problem."""
        for found in self.found.values():
            if found.language != "python" or found.problem is not None:
                continue
            module = program.modules.load(found.path)
            if module is None:
                reason = next(
                    (p.message for p in self.files.problems if p.location.path == found.path), "can't be read"
                )
                found.problem = f"{found.path} {reason}"
                continue
            function = program.enter(module, found.function, found.id)
            found.import_path = import_path(program, found.path, found.root)
            if function is not None:
                found.location = function.module.location(function.node)
            elif found.function not in module.root.names:
                found.problem = f"{found.path} defines no {found.function}"
            else:
                found.problem = f"{found.function} of {found.path} is not a function of the application"

    def enter_scripts(self, program: NodeProgram) -> None:
        """The same for JavaScript and TypeScript."""
        for found in self.found.values():
            if found.language in {"python", "other"} or found.problem is not None or found.location is not None:
                continue
            function = program.enter(found.path, found.function, found.id)
            if function is not None:
                found.location = function.location
            elif program.exports(found.path, found.function):
                found.problem = f"{found.function} of {found.path} is not a function of the application"
            else:
                found.problem = f"{found.path} exports no {found.function}"


def _as_path(target: str) -> str:
    """`src.handlers.chat` and `src/handlers/chat` are the same to Lambda."""
    pure = PurePosixPath(target)
    return target.replace(".", "/") if len(pure.parts) == 1 and not target.startswith(".") else target
