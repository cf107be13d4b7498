"""Writes what the Prometheus operator and the Gateway API allow in their kinds that the deployment kit uses, from the
definitions in clones of https://github.com/prometheus-operator/prometheus-operator and
https://github.com/kubernetes-sigs/gateway-api:

    scripts/crd_schemas.py PROMETHEUS_OPERATOR GATEWAY_API

Structure alone, without descriptions, status and rules in CEL.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "tests" / "migrator" / "deploy" / "custom_resources.json"
OF_OPERATOR: Final = "example/prometheus-operator-crd/monitoring.coreos.com_{}.yaml"
OF_GATEWAY: Final = "config/crd/standard/gateway.networking.k8s.io_{}.yaml"
VERSION: Final = "v1"
NAMED: Final = {"properties"}
NESTED: Final = {"items", "additionalProperties"}
CHOICES: Final = {"anyOf", "oneOf", "allOf"}
PLAIN: Final = {
    "type", "required", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties", "minimum", "maximum", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields",
}  # fmt: skip


def structure(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key in PLAIN}
    if "pattern" in kept:
        kept["pattern"] = re.sub(
            r"^\^\(\?i\)", "(?i)^", kept["pattern"]
        )  # Go takes flags anywhere, Python at the start
    kept |= {key: {name: structure(one) for name, one in schema[key].items()} for key in NAMED & schema.keys()}
    kept |= {key: structure(schema[key]) for key in NESTED & schema.keys() if isinstance(schema[key], dict)}
    return kept | {key: [structure(one) for one in schema[key]] for key in CHOICES & schema.keys()}


def main(operator: str, gateway: str) -> None:
    made = {}
    for path in (
        Path(operator) / OF_OPERATOR.format("prometheusrules"),
        Path(operator) / OF_OPERATOR.format("servicemonitors"),
        Path(gateway) / OF_GATEWAY.format("httproutes"),
    ):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]
        (version,) = (one for one in spec["versions"] if one["name"] == VERSION)
        schema = structure(version["schema"]["openAPIV3Schema"])
        schema["properties"].pop("status", None)
        made[spec["names"]["kind"]] = {"apiVersion": f"{spec['group']}/{VERSION}", "schema": schema}
    TARGET.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"Wrote {', '.join(made)} to {TARGET}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
