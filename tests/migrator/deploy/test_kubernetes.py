"""The kit `kubernetes` is what Kubernetes takes, names only what there is, and asks for no more rights than it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from migrator.deploy import monitoring
from migrator.deploy.aws.settings import settings_of
from migrator.deploy.deployment import Deployment, EnvironmentVariable
from migrator.deploy.kubernetes import COMPONENTS, CONNECTIONS, files
from migrator.deploy.reading import migrated_deployment
from migrator.scan import scan_application
from migrator.transaction.new_folder import write_texts
from tests.migrator.deploy import custom_resources
from tests.migrator.deploy.deployments import SERVERLESS, application, deployment

VERSION = "1.35"
OF_KUSTOMIZE = {"Kustomization", "Component"}
"""Kinds that no cluster gets."""


@pytest.fixture
def shim(tmp_path: Path) -> Deployment:
    return deployment(application(tmp_path))


@pytest.fixture
def migrated(tmp_path: Path) -> Deployment:
    app = application(tmp_path)
    return migrated_deployment(app, scan_application(app))


def check(manifest: dict[str, Any]) -> None:
    if manifest["kind"] in custom_resources.KINDS:
        custom_resources.validate(manifest)
    elif manifest["kind"] not in OF_KUSTOMIZE:
        kubernetes_validate.validate(manifest, VERSION, strict=True)


def manifests(one: Deployment) -> dict[str, Any]:
    """By kind."""
    found = [yaml.safe_load(text) for path, text in files(one).items() if path.endswith(".yaml")]
    return {manifest["kind"]: manifest for manifest in found if manifest["kind"] != "Component"}


def pod(one: Deployment) -> Any:
    return manifests(one)["Deployment"]["spec"]["template"]["spec"]


def expanded(value: str, variables: Mapping[str, str]) -> str:
    """https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/"""

    def one(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else variables.get(found[1], found[0])

    return re.sub(r"\$\$|\$\(([^)]+)\)", one, value)


def test_a_value_reaches_the_nodes_as_the_application_has_it(shim: Deployment) -> None:
    odd = "a $(TABLE) $$(TABLE) $TABLE \\ \"q\" 'x' # {{ y }} é\u202e\x7f: - *"
    one = replace(shim, variables=(*shim.variables, EnvironmentVariable("ODD", odd, "odd")))
    (container,) = pod(one)["containers"]
    values = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}

    assert expanded(values["ODD"], values) == odd
    assert expanded("$(TABLE)", values) == "notes-connections"


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_every_manifest_is_valid(served: str, request: pytest.FixtureRequest) -> None:
    for manifest in manifests(request.getfixturevalue(served)).values():
        check(manifest)


def test_a_manifest_that_is_not_would_be_found(shim: Deployment) -> None:
    wrong = manifests(shim)["Deployment"]
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContexts"] = {}

    with pytest.raises(kubernetes_validate.ValidationError):
        check(wrong)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("HTTPRoute", ["spec", "rules", 0, "timeouts", "idle"], "5s"),
        ("HTTPRoute", ["spec", "hostnames", 0], "https://chat.example.org"),
        ("ServiceMonitor", ["spec", "endpoints", 0, "interval"], 15),
        ("PrometheusRule", ["spec", "groups", 0, "rules", 0, "when"], "always"),
        ("PrometheusRule", ["spec", "groups", 0, "rules", 0, "for"], "soon"),
    ],
)
def test_neither_is_one_of_a_kind_that_others_define(
    kind: str, path: list[str | int], value: object, shim: Deployment
) -> None:
    wrong = manifests(shim)[kind]
    at = wrong
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value

    with pytest.raises(jsonschema.ValidationError):
        check(wrong)


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_a_node_has_the_rights_of_the_profile_restricted(served: str, request: pytest.FixtureRequest) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    spec = pod(request.getfixturevalue(served))

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert all({"emptyDir", "configMap"} & volume.keys() for volume in spec["volumes"])
    for container in spec["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not any("hostPort" in port for port in container["ports"])
    assert spec["automountServiceAccountToken"] is False


def test_whoever_has_no_leave_does_not_reach_a_node(shim: Deployment) -> None:
    policy = manifests(shim)["NetworkPolicy"]["spec"]

    assert policy["policyTypes"] == ["Ingress"]
    assert [[*rule] for rule in policy["ingress"]] == [["from", "ports"]]
    assert [[*peer] for rule in policy["ingress"] for peer in rule["from"]] == [["namespaceSelector"]]


def test_a_node_is_given_the_time_that_it_takes_to_end(tmp_path: Path) -> None:
    one = deployment(application(tmp_path), {"drain_s": 90.0, "streams.ending_s": 40.0, "drain_notice_s": 7.0})

    assert pod(one)["terminationGracePeriodSeconds"] > 90 + 40 + 7
    assert "lifecycle" not in pod(one)["containers"][0]  # the shim itself goes on while it is noticed


def test_where_a_node_takes_nobody_new_once_it_is_told_to_end_front_ends_notice_before(tmp_path: Path) -> None:
    one = deployment(application(tmp_path), {"drain_notice_s": 0.0})
    (container,) = pod(one)["containers"]

    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert pod(one)["terminationGracePeriodSeconds"] > one.timing.stop_s


def test_a_migrated_application_itself_goes_on_while_it_is_noticed(migrated: Deployment) -> None:
    (container,) = pod(migrated)["containers"]
    values = {entry["name"]: entry.get("value") for entry in container["env"]}

    assert "lifecycle" not in container
    assert float(values["DRAIN_NOTICE_SECONDS"] or 0) == migrated.timing.notice_s > 0
    assert pod(migrated)["terminationGracePeriodSeconds"] > migrated.timing.notice_s + migrated.timing.drain_s


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_clients_are_sent_to_nodes_that_are_ready_and_only_those_that_do_not_answer_are_started_anew(
    served: str, request: pytest.FixtureRequest
) -> None:
    (container,) = pod(request.getfixturevalue(served))["containers"]
    paths = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")}

    assert paths == {"startup": "/healthz", "readiness": "/readyz", "liveness": "/healthz"}


def test_front_ends_let_a_stream_be_silent_for_longer_than_its_heartbeat(tmp_path: Path) -> None:
    one = deployment(application(tmp_path), {"streams.heartbeat_s": 50.0})
    annotations = manifests(one)["Ingress"]["metadata"]["annotations"]

    assert annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"] == "200"
    assert manifests(one)["HTTPRoute"]["spec"]["rules"][0]["timeouts"] == {"request": "0s", "backendRequest": "0s"}


@pytest.mark.parametrize("address", ["10.244.3.4", "172.20.0.9", "192.168.7.7", "100.64.12.1"])
def test_a_front_end_is_believed_wherever_the_networks_of_clusters_have_it(address: str, shim: Deployment) -> None:
    values = {entry["name"]: entry.get("value") for entry in pod(shim)["containers"][0]["env"]}
    networks = [ip_network(one) for one in str(values[shim.proxies_variable]).split(",")]

    assert any(ip_address(address) in network for network in networks)
    assert not any(network.is_global for network in networks)


@pytest.mark.parametrize(
    ("served", "variable"), [("shim", "SHIM_STREAMS__CONNECTIONS"), ("migrated", "STREAM_MAX_CONNECTIONS")]
)
def test_all_nodes_together_take_more_than_they_are_scaled_for(
    served: str, variable: str, request: pytest.FixtureRequest
) -> None:
    one = request.getfixturevalue(served)
    values = {entry["name"]: entry.get("value") for entry in pod(one)["containers"][0]["env"]}
    most = manifests(one)["HorizontalPodAutoscaler"]["spec"]["maxReplicas"]

    assert int(values[variable] or 0) > CONNECTIONS * most


def test_nodes_are_scaled_by_the_share_of_a_core_by_which_tasks_of_ecs_are(shim: Deployment) -> None:
    """A percentage of less than a core would add nodes long before the one process of a node has no more to give."""
    (container,) = pod(shim)["containers"]
    [cpu] = [
        one["resource"]["target"]["averageUtilization"]
        for one in manifests(shim)["HorizontalPodAutoscaler"]["spec"]["metrics"]
        if one["type"] == "Resource"
    ]

    assert container["resources"]["requests"]["cpu"] == "1"
    assert cpu == settings_of(shim).tasks.cpu_percent


def test_what_the_application_says_itself_is_not_said_again(tmp_path: Path) -> None:
    told = {"streams.connections": 70, "faces.trusted_proxies": ["10.1.0.0/16"]}
    names = {entry["name"] for entry in pod(deployment(application(tmp_path), told))["containers"][0]["env"]}

    assert not {"SHIM_STREAMS__CONNECTIONS", "SHIM_FACES__TRUSTED_PROXIES"} & names


def test_secrets_are_referred_to_by_name(shim: Deployment) -> None:
    entries = {entry["name"]: entry for entry in pod(shim)["containers"][0]["env"]}
    for variable in shim.given:
        reference = entries[variable.name]["valueFrom"]["secretKeyRef"]
        assert (reference["name"], reference["key"]) == (shim.name, variable.name)
        assert reference.get("optional", False) is not variable.required


def test_what_a_manifest_names_is_there(shim: Deployment) -> None:
    found = manifests(shim)
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        found["Deployment"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        *(one["labelSelector"]["matchLabels"] for one in pod(shim)["topologySpreadConstraints"]),
    ):
        assert selector == labels
    assert found["ServiceMonitor"]["spec"]["selector"]["matchLabels"] == found["Service"]["metadata"]["labels"]
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    backends = [
        found["HTTPRoute"]["spec"]["rules"][0]["backendRefs"][0]["name"],
        found["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"],
    ]
    assert set(backends) == {found["Service"]["metadata"]["name"]}
    assert pod(shim)["serviceAccountName"] == found["ServiceAccount"]["metadata"]["name"]
    assert {"redis.prefix", "listen.port"} <= set(settings(files(shim)["shim.toml"]))


def settings(text: str) -> list[str]:
    return [
        f"{table}.{name}"
        for table, values in tomllib.loads(text).items()
        if isinstance(values, dict)
        for name in values
    ]


def test_clients_come_by_the_custom_domains_of_the_api(tmp_path: Path) -> None:
    domains = [{"host": "chat.example.org", "base_path": path} for path in ("v1", "v2")]
    one = deployment(application(tmp_path), {"api.domains": domains})

    assert manifests(one)["HTTPRoute"]["spec"]["hostnames"] == ["chat.example.org"]


RAW_DOMAIN = """
    resources:
      Resources:
        Domain:
          Type: AWS::ApiGatewayV2::DomainName
          Properties: {DomainName: Chat.example.org}
        Mapping:
          Type: AWS::ApiGatewayV2::ApiMapping
          Properties: {ApiId: !Ref WebsocketsApi, DomainName: !Ref Domain, Stage: dev}
"""


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_clients_come_by_a_domain_that_is_a_resource(served: str, tmp_path: Path) -> None:
    app = application(tmp_path, SERVERLESS + RAW_DOMAIN)
    one = deployment(app) if served == "shim" else migrated_deployment(app, scan_application(app))
    found = manifests(one)

    assert found["HTTPRoute"]["spec"]["hostnames"] == ["chat.example.org"]
    assert [rule["host"] for rule in found["Ingress"]["spec"]["rules"]] == ["chat.example.org"]
    assert "`chat.example.org`" in files(one)["README.md"]


def test_where_no_file_says_by_which_host_clients_come_the_page_does(shim: Deployment) -> None:
    (host,) = manifests(shim)["HTTPRoute"]["spec"]["hostnames"]

    assert (
        f"No file says by which host clients come. Name it in `components/gateway` in place of `{host}`"
        in (files(shim)["README.md"])
    )


@pytest.mark.parametrize(("served", "variable"), [("shim", "SHIM_METRICS__TOKEN"), ("migrated", "METRICS_TOKEN")])
def test_prometheus_brings_the_token_that_a_node_has(
    served: str, variable: str, request: pytest.FixtureRequest
) -> None:
    one: Deployment = request.getfixturevalue(served)
    (endpoint,) = manifests(one)["ServiceMonitor"]["spec"]["endpoints"]
    key = endpoint["authorization"]["credentials"]
    (container,) = pod(one)["containers"]
    (own,) = (entry for entry in container["env"] if entry["name"] == variable)

    assert (
        own["valueFrom"]["secretKeyRef"]
        == {**key, "optional": True}
        == {
            "name": one.name,
            "key": variable,
            "optional": True,
        }
    )


def test_nothing_watches_it_until_one_line_is_changed(shim: Deployment) -> None:
    text = files(shim)["kustomization.yaml"]
    line = "  # - components/monitoring\n"

    assert "components/monitoring" not in yaml.safe_load(text)["components"]
    assert text.count(line) == 1
    assert "components/monitoring" in yaml.safe_load(text.replace(line, line.replace("# ", "")))["components"]


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_it_is_watched_by_the_rules_and_the_dashboard_of_the_kit_for_monitoring(
    served: str, request: pytest.FixtureRequest
) -> None:
    one: Deployment = request.getfixturevalue(served)
    kit = monitoring.files(one)
    made = files(one)
    (own,) = manifests(one)["PrometheusRule"]["spec"]["groups"]
    (theirs,) = yaml.safe_load(kit["alerts.yaml"])["groups"]
    scoped = f'{{job="{one.name}"}}'  # the operator names a job after its Service

    assert made["components/monitoring/dashboard.json"] == kit["dashboard.json"]
    assert [rule | {"expr": rule["expr"].replace(scoped, "")} for rule in own["rules"]] == theirs["rules"]
    assert [rule["alert"] for rule in own["rules"] if scoped in rule["expr"]] == ["NoNumbers"]


def test_grafana_finds_the_dashboard_as_a_file_of_its_own(shim: Deployment) -> None:
    (made,) = yaml.safe_load(files(shim)["components/monitoring/kustomization.yaml"])["configMapGenerator"]

    assert made["files"] == [f"{shim.name}.json=dashboard.json"]
    assert made["options"]["labels"]["grafana_dashboard"] == "1"


def test_a_linter_of_yaml_finds_nothing(shim: Deployment, tmp_path: Path) -> None:
    write_texts(files(shim), tmp_path / "kit")
    rules = "{extends: default, rules: {line-length: disable, document-start: disable}}"
    command = [Path(sys.executable).with_name("yamllint"), "--strict", "-d", rules, tmp_path / "kit"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (found.returncode, found.stdout) == (0, "")


def kustomized(folder: Path) -> list[dict[str, Any]]:
    kubectl = shutil.which("kubectl") or shutil.which("kubectl", path=Path(sys.executable).parent)
    if kubectl is None:
        pytest.skip("kubectl is not installed: scripts/find-kubectl --install")
    run = [kubectl, "kustomize", str(folder)]
    printed = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout
    return list(yaml.safe_load_all(printed))


@pytest.mark.slow
@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_kustomize_puts_it_together_with_each_component_and_with_all(
    served: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = files(request.getfixturevalue(served))
    write_texts(made, tmp_path / "kit")
    there = [name for name in COMPONENTS if f"components/{name}/kustomization.yaml" in made]
    for wanted in ([], *([name] for name in there), there):
        chosen = yaml.safe_load(made["kustomization.yaml"]) | {"components": [f"components/{name}" for name in wanted]}
        (tmp_path / "kit" / "kustomization.yaml").write_text(yaml.safe_dump(chosen))
        built = {one["kind"]: one for one in kustomized(tmp_path / "kit")}

        assert {manifest for name in wanted for manifest in COMPONENTS[name]} == {
            f"{kind.lower()}.yaml" for kind in built
        } & {manifest for some in COMPONENTS.values() for manifest in some}
        assert ("replicas" in built["Deployment"]["spec"]) is ("autoscaling" not in wanted)
        (container,) = built["Deployment"]["spec"]["template"]["spec"]["containers"]
        assert container["image"].startswith("registry.example.com/")
        for manifest in built.values():
            check(manifest)


@pytest.mark.slow
def test_an_operator_that_wants_the_name_of_its_release_gets_it(shim: Deployment, tmp_path: Path) -> None:
    made = files(shim)
    component = "components/monitoring/kustomization.yaml"
    uncommented = re.sub(r"^# (?=labels:|  )", "", made[component], flags=re.MULTILINE)
    main = made["kustomization.yaml"].replace("  # - components/monitoring", "  - components/monitoring")
    write_texts(made | {component: uncommented, "kustomization.yaml": main}, tmp_path / "kit")
    built = [one for one in kustomized(tmp_path / "kit") if one["kind"] in {"ServiceMonitor", "PrometheusRule"}]

    assert [one["metadata"]["labels"]["release"] for one in built] == ["kube-prometheus-stack"] * 2
    assert not any("release" in one["spec"].get("selector", {}).get("matchLabels", {}) for one in built)
