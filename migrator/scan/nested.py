"""Templates that hold others: nested stacks and SAM's nested applications, joined to one template.

Logical ids of a nested template get the id of its stack in front: `Chat` holding `Socket` makes `Chat-Socket`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.files import Files
from migrator.scan.intrinsics import intrinsic
from migrator.scan.paths import join_folder
from migrator.scan.sieve import sought
from migrator.scan.yamlfile import Located, Map, YamlProblem, as_list, as_map, as_text, load

DEEPEST: Final = 6
SUFFIXES: Final = (".yml", ".yaml", ".json", ".template")
_NESTED: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_SIGNS: Final = sought(b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application", suffixes=SUFFIXES)
_PLACEHOLDER: Final = re.compile(r"\$\{(?!!)([^}]*)\}")
_SECTIONS: Final = ("Parameters", "Conditions", "Mappings")


@dataclass
class Linked:
    """One template of all. `missing`: ids of nested stacks whose templates are not here."""

    template: Map
    globals: dict[str, Map] = field(default_factory=dict)
    """What SAM's functions have in common, by the prefix of their logical ids."""
    missing: list[str] = field(default_factory=list)
    outputs: dict[str, Map] = field(default_factory=dict)
    """Values of the outputs of each nested stack."""


def nested_paths(files: Files) -> frozenset[str]:
    """Templates that another one holds: they are read with it."""
    found: set[str] = set()
    for path in files.mentioning(_SIGNS, *SUFFIXES):
        found.update(child for _, child in _children(files, path, template_of(files, path)) if child)
    return frozenset(found)


def template_of(files: Files, path: str) -> Map:
    """Empty for what can't be read; `read_template` notes why."""
    text = files.text(path)
    try:
        return as_map(load(text, path)) if text is not None else Map(path)
    except YamlProblem:
        return Map(path)


def link(files: Files, path: str, template: Map) -> Linked:
    linked = Linked(template.like(template.items()), {"": _globals(template)})
    if files.mentions(path, *_SIGNS):
        for section in ("Resources", *_SECTIONS):
            linked.template[section] = Located(path).joined(as_map(template.get(section)))
        _join(files, path, template, linked, "", DEEPEST)
        for values in (
            as_map(linked.template.get("Resources")),
            as_map(linked.template.get("Outputs")),
            linked.globals,
        ):
            for name, value in values.items():
                values[name] = as_map(_with_outputs(value, linked.outputs))
    return linked


def prefix_of(logical_id: str) -> str:
    """What `link` put in front of it; empty in the outer template. Ids of CloudFormation are alphanumeric."""
    stack, dash, _ = logical_id.rpartition("-")
    return stack + dash


def _globals(template: Map) -> Map:
    return as_map(as_map(template.get("Globals")).get("Function"))


def _join(files: Files, path: str, template: Map, linked: Linked, prefix: str, depth: int) -> None:
    """Adds what the nested templates of one declare, and the values of their outputs."""
    for logical_id, child_path in _children(files, path, template):
        if child_path is None or depth == 0:
            linked.missing.append(f"{prefix}{logical_id}")
            continue
        child = template_of(files, child_path)
        inner = f"{prefix}{logical_id}-"
        given = as_map(as_map(as_map(linked.template["Resources"]).get(f"{prefix}{logical_id}")).get("Properties"))
        renaming = _Renaming(inner, child, as_map(given.get("Parameters")))
        resources = as_map(linked.template["Resources"])
        for name, value in Located(child_path).joined(as_map(child.get("Resources"))).items():
            resources[inner + name] = renaming.resource(value)
        for section in _SECTIONS:
            for name, value in as_map(child.get(section)).items():
                as_map(linked.template[section])[inner + name] = renaming.value(value)
        linked.globals[inner] = as_map(renaming.value(_globals(child)))
        _join(files, child_path, child, linked, inner, depth - 1)
        declared = as_map(child.get("Outputs"))
        values = Map(child_path)
        values.update((name, renaming.value(as_map(value).get("Value"))) for name, value in declared.items())
        linked.outputs[f"{prefix}{logical_id}"] = values


def _children(files: Files, path: str, template: Map) -> Iterator[tuple[str, str | None]]:
    """(logical id, path of its template); None for one that is not in the application."""
    for logical_id, value in as_map(template.get("Resources")).items():
        resource = as_map(value)
        kind = as_text(resource.get("Type")) or ""
        if kind in _NESTED:
            yield logical_id, _located(files, path, as_map(resource.get("Properties")).get(_NESTED[kind]))


def _located(files: Files, path: str, value: object) -> str | None:
    """A local path, or the only template of the name that an address ends with."""
    call = intrinsic(value)
    if call is not None and call[0] in {"Fn::Sub", "Fn::Join"}:
        parts = as_list(as_list(call[1])[-1]) if call[0] == "Fn::Join" else as_list(call[1])[:1]
        value = "/".join(text for part in parts if (text := as_text(part)))
    text = as_text(value)
    if not text:
        return None
    near = join_folder(PurePosixPath(path).parent.as_posix(), text)
    if near in files and "://" not in text and "${" not in text:
        return near
    name = PurePosixPath(text).name
    same = [one for one in files.with_suffix(*SUFFIXES) if PurePosixPath(one).name == name and one != path]
    return same[0] if len(same) == 1 else None


class _Renaming:
    """Puts a prefix before the names of one template. `given`: values of its parameters, as the outer one says."""

    def __init__(self, prefix: str, template: Map, given: Map) -> None:
        self.prefix, self.given = prefix, given
        self.names = {name for section in ("Resources", *_SECTIONS) for name in as_map(template.get(section))}

    def resource(self, value: object) -> object:
        made = self.value(value)
        resource = as_map(made)
        for key in ("DependsOn", "Condition"):
            if key in resource:
                names = [self._name(as_text(name) or "") for name in as_list(resource[key])]
                resource[key] = names if key == "DependsOn" else names[0]
        return made

    def value(self, value: object) -> object:
        if isinstance(value, list):
            return [self.value(element) for element in value]
        if not isinstance(value, Map):
            return value
        call = intrinsic(value)
        if call is None:
            return value.like((key, self.value(element)) for key, element in value.items())
        name, argument = call
        if name == "Ref" and argument in self.given:
            return self.given[str(argument)]
        return value.like([(name, self._argument(name, argument))])

    def _argument(self, name: str, argument: object) -> object:
        if name in {"Ref", "Condition"}:
            return self._name(as_text(argument) or "")
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else as_list(argument)
            return [self._name(as_text(parts[0]) or ""), *parts[1:]]
        if name in {"Fn::If", "Fn::FindInMap"}:
            first, *others = as_list(argument)
            return [self._name(first) if isinstance(first, str) else first, *(self.value(item) for item in others)]
        if name == "Fn::Sub":
            return self._sub(argument)
        return self.value(argument)

    def _sub(self, argument: object) -> object:
        parts = as_list(argument)
        own = as_map(self.value(as_map(parts[1]))) if len(parts) > 1 else Map("")
        used = own.like(own.items())

        def one(match: re.Match[str]) -> str:
            name, dot, attribute = match[1].strip().partition(".")
            if name in own:
                return match[0]
            if name in self.given and not dot:
                used[name] = self.given[name]
                return match[0]
            return f"${{{self._name(name)}{dot}{attribute}}}"

        text = _PLACEHOLDER.sub(one, as_text(parts[0]) or "")
        return [text, used] if used else text

    def _name(self, name: str) -> str:
        return self.prefix + name if name in self.names else name


def _with_outputs(value: object, outputs: dict[str, Map], depth: int = DEEPEST) -> object:
    """The value with outputs of nested stacks put in, as far as they don't lead back to themselves."""
    if isinstance(value, list):
        return [_with_outputs(element, outputs, depth) for element in value]
    if not isinstance(value, Map):
        return value
    call = intrinsic(value)
    if call is not None and call[0] == "Fn::GetAtt":
        found = _output(".".join(str(part) for part in as_list(call[1])), outputs)
        return value if found is None or depth == 0 else _with_outputs(found, outputs, depth - 1)
    if call is not None and call[0] == "Fn::Sub":
        return value.like([(call[0], _sub_with_outputs(call[1], outputs, depth))])
    return value.like((key, _with_outputs(element, outputs, depth)) for key, element in value.items())


def _output(name: str, outputs: dict[str, Map]) -> object:
    """The value of `Stack.Outputs.Name`; None for any other name."""
    stack, _, rest = name.partition(".")
    return outputs.get(stack, Map("")).get(rest.removeprefix("Outputs.")) if rest.startswith("Outputs.") else None


def _sub_with_outputs(argument: object, outputs: dict[str, Map], depth: int) -> object:
    parts = as_list(argument)
    own = as_map(_with_outputs(as_map(parts[1]), outputs, depth)) if len(parts) > 1 else Map("")
    used = own.like(own.items())

    def one(match: re.Match[str]) -> str:
        found = _output(match[1].strip(), outputs)
        if found is None or depth == 0:
            return match[0]
        plain = re.sub(r"\W", "", match[1])
        used[plain] = _with_outputs(found, outputs, depth - 1)
        return f"${{{plain}}}"

    text = _PLACEHOLDER.sub(one, as_text(parts[0]) or "")
    return [text, used] if used else text
