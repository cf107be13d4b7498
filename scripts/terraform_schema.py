"""Writes what Terraform's AWS provider allows, for the kinds that the deployment kit uses, from the bindings that the
CDK for Terraform has of it:

    pip download --no-deps cdktf-cdktf-provider-aws==21.22.1
    scripts/terraform_schema.py cdktf_cdktf_provider_aws-21.22.1-py3-none-any.whl

Names and types alone: `terraform validate` asks a provider for nothing else, and this one need not be installed.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests" / "migrator" / "deploy" / "aws" / "terraform_schema.json"
TEMPLATES = ROOT / "templates" / "deploy" / "terraform"
PROVIDER = "hashicorp/aws 6.25.0"
TYPES: dict[tuple[str, str], Any] = {
    ("simple", "string"): "string",
    ("simple", "number"): "number",
    ("simple", "boolean"): "bool",
    ("simple", "any"): "dynamic",
    ("list", "stringList"): ["list", "string"],
    ("set", "stringList"): ["set", "string"],
    ("list", "numberList"): ["list", "number"],
    ("set", "numberList"): ["set", "number"],
    ("map", "stringMap"): ["map", "string"],
    ("map", "numberMap"): ["map", "number"],
    ("map", "booleanMap"): ["map", "bool"],
}
_ATTRIBUTE = re.compile(
    r"\n {8,12}(\w+): \{\s*value: (.*?),\s*isBlock: (true|false),\s*type: \"(\w+)\",\s*storageClassType: \"(\w+)\",",
    re.DOTALL,
)
_COMPUTED = re.compile(r"this\.get(String|Number|Boolean|List)Attribute\('(\w+)'\)")
_KINDS = {"String": "string", "Number": "number", "Boolean": "bool", "List": ["list", "string"]}


class Bindings:
    """One kind's `index.js` and `index.d.ts`."""

    def __init__(self, script: str, types: str) -> None:
        self.script, self.types = script, types

    def block(self, function: str, interface: str, depth: int = 0) -> dict[str, Any]:
        body = self._body(function)
        required = self._required(interface)
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        for name, value, is_block, kind, storage in _ATTRIBUTE.findall(body):
            needed = camel(name) in required
            if is_block == "false" and (kind, storage) in TYPES:
                attributes[name] = [TYPES[kind, storage], "required" if needed else "optional"]
                continue
            nested = re.search(r"(\w+)ToHclTerraform", value.replace("cdktf.", ""))
            if nested is None or depth > 8:
                raise SystemExit(f"{interface}.{name}: {kind} of {storage} is not known")
            inner = nested.group(1)
            many = "listMapperHcl" in value
            blocks[name] = {
                "nesting": "single" if kind == "struct" else kind,
                "most": 0 if many else 1,
                "required": needed,
                **self.block(f"{inner}ToHclTerraform", inner[:1].upper() + inner[1:], depth + 1),
            }
        return {"attributes": attributes, "blocks": blocks}

    def whole(self, interface: str) -> dict[str, Any]:
        found = self.block("synthesizeHclAttributes", f"{interface}Config")
        start = self.script.index(f"class {interface} extends cdktf.Terraform")
        for kind, name in _COMPUTED.findall(self.script[start:]):
            found["attributes"].setdefault(name, [_KINDS[kind], "computed"])
        return found

    def _body(self, function: str) -> str:
        marker = f"function {function}(struct)" if "ToHcl" in function else f"    {function}() {{"
        start = self.script.index(marker)
        return self.script[start : self.script.index("remove undefined attributes", start)]

    def _required(self, interface: str) -> set[str]:
        start = self.types.index(f"interface {interface} ")
        return set(re.findall(r"readonly (\w+): ", self.types[start : self.types.index("\n}", start)]))


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), name)


def used() -> list[tuple[str, str]]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.j2")))
    found = re.findall(r'^(resource|data) "aws_(\w+)"', text, re.MULTILINE)
    return sorted(set(found))


def main(wheel: str) -> None:
    archive = zipfile.ZipFile(wheel)
    packed = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
    package = tarfile.open(fileobj=io.BytesIO(archive.read(packed)))  # noqa: SIM115 - read to the end of the script
    made: dict[str, Any] = {"provider": PROVIDER, "resource": {}, "data": {}}
    for kind, name in used():
        label = f"data_aws_{name}" if kind == "data" else name
        folder = f"package/lib/{label.replace('_', '-')}"
        texts = []
        for file in ("index.js", "index.d.ts"):
            member = package.extractfile(f"{folder}/{file}")
            if member is None:
                raise SystemExit(f"{folder}/{file} is not there")
            texts.append(member.read().decode())
        pascal = "".join(part.capitalize() for part in label.split("_"))
        interface = next(
            found
            for found in re.findall(r"class (\w+) extends cdktf\.Terraform", texts[1])
            if found.lower() == pascal.lower()
        )
        made[kind][f"aws_{name}"] = Bindings(*texts).whole(interface)
    TARGET.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"Wrote {len(made['resource'])} resources and {len(made['data'])} data sources to {TARGET}.")


if __name__ == "__main__":
    main(sys.argv[1])
