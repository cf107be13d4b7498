"""The settings of one stage in .chalice/config.json.
https://aws.github.io/chalice/topics/configfile.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import CustomDomain
from migrator.scan.files import MOST_BYTES, Files
from migrator.scan.paths import join_folder
from migrator.scan.yamlfile import Map, YamlProblem, as_map, as_text, load

USUAL_STAGE: Final = "dev"


@dataclass(frozen=True)
class Configuration:
    """`stage` is Chalice's own; `merged` the settings that hold in it, the stage's before the general ones."""

    path: str
    stage: str
    merged: Map

    def text(self, key: str, default: str) -> str:
        return as_text(self.merged.get(key)) or default

    def environment(self, function: str) -> dict[str, str]:
        """Variables of all functions, and those of one."""
        own = as_map(as_map(self.merged.get("lambda_functions")).get(function))
        variables = {**as_map(self.merged.get("environment_variables")), **as_map(own.get("environment_variables"))}
        return {name: text for name, value in variables.items() if (text := as_text(value)) is not None}

    @property
    def domains(self) -> tuple[CustomDomain, ...]:
        domain = as_map(self.merged.get("websocket_api_custom_domain"))
        host = as_text(domain.get("domain_name"))
        if not host:
            return ()
        prefix = (as_text(domain.get("url_prefix")) or "").strip("/")
        return (CustomDomain(host=host.lower(), base_path=prefix),)

    @property
    def policy_file(self) -> str | None:
        """The policy that is written by hand; None where Chalice makes one from the code."""
        if as_text(self.merged.get("autogen_policy")) != "false":
            return None
        return self.text("iam_policy_file", f"policy-{self.stage}.json")


def read_configuration(files: Files, root: str) -> Configuration:
    """Of the folder of an application; with Chalice's defaults when there is no file, or one that can't be read."""
    path = join_folder(root, ".chalice/config.json")
    document = as_map(hidden(files, path))
    stages = as_map(document.get("stages"))
    stage = USUAL_STAGE if USUAL_STAGE in stages or not stages else next(iter(stages))
    merged = document.like(document.items())
    for key, value in as_map(stages.get(stage)).items():
        inherited = as_map(merged.get(key))
        merged[key] = as_map(value).like({**inherited, **value}.items()) if isinstance(value, Map) else value
    return Configuration(path, stage, merged)


def hidden(files: Files, path: str) -> object:
    """A JSON file in a hidden folder, which the walk leaves out; None when there is none that can be read."""
    place = files.root / path
    if not place.is_file() or place.is_symlink() or place.stat().st_size > MOST_BYTES:
        return None
    text = files.text(path)
    if text is None:
        return None
    try:
        return load(text, path)
    except YamlProblem as problem:
        files.failed(path, problem.message, line=problem.line, column=problem.column, serious=True)
        return None
