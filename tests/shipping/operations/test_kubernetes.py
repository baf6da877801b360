"""The Kubernetes manifests: valid ones, that fit each other, the image and the server."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from hostex_mcp import __version__
from hostex_mcp.http.config import Address
from hostex_mcp.http.store import open_keys
from hostex_mcp.http.transport.host_and_origin import Guard
from hostex_mcp.settings import SettingsError, load
from tests.shipping.operations.dockerfile import DOCKERFILE, stages
from tests.shipping.operations.linters import complaints
from tests.shipping.operations.manifests import KUBERNETES, objects, read

OBJECTS = objects()
DEPLOYMENT: dict[str, Any] = OBJECTS["Deployment"]["spec"]
POD: dict[str, Any] = DEPLOYMENT["template"]["spec"]
(CONTAINER,) = POD["containers"]
LABELS = {"app.kubernetes.io/name": "hostex-mcp"}
KUSTOMIZATION: dict[str, Any] = read(KUBERNETES / "kustomization.yaml")
IMAGE = stages(DOCKERFILE.read_text())[-1]
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def test_the_schemas_of_kubernetes_accept_them() -> None:
    files = sorted(path for path in KUBERNETES.glob("*.yaml") if path.name != "kustomization.yaml")
    assert complaints("kubernetes-validate", "--strict", "--quiet", *files) == ""


def test_kustomize_applies_every_object_but_the_example() -> None:
    files = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert files - set(KUSTOMIZATION["resources"]) == {"kustomization.yaml", "secret.example.yaml"}
    assert set(KUSTOMIZATION["resources"]) <= files


def test_the_image_is_that_of_this_version() -> None:
    (image,) = KUSTOMIZATION["images"]
    assert (image["name"], image["newTag"]) == (CONTAINER["image"], __version__)


def test_every_setting_is_one_of_this_version() -> None:
    given = {**OBJECTS["ConfigMap"]["data"], **OBJECTS["Secret"]["stringData"]}
    settings = load(given | {"HOSTEX_MCP_METRICS_TOKEN": "sixteen-signs-or-more"})
    assert settings.public_url == f"https://{OBJECTS['Ingress']['spec']['rules'][0]['host']}"
    assert settings.workers
    assert settings.secret_keys
    assert settings.metrics_token


def test_what_is_secret_is_in_the_secret() -> None:
    assert set(OBJECTS["Secret"]["stringData"]) == {
        "HOSTEX_MCP_DATABASE_URL",
        "HOSTEX_MCP_SECRET_KEYS",
        "HOSTEX_MCP_METRICS_TOKEN",
    }
    assert not set(OBJECTS["Secret"]["stringData"]) & set(OBJECTS["ConfigMap"]["data"])
    assert "env" not in CONTAINER


@pytest.mark.parametrize("name", ["HOSTEX_MCP_SECRET_KEYS", "HOSTEX_MCP_METRICS_TOKEN"])
def test_a_secret_that_was_not_filled_in_stops_the_start(name: str) -> None:
    example = OBJECTS["Secret"]["stringData"][name]
    with pytest.raises(SettingsError, match=name):
        open_keys(load({name: example}))


def test_variables_that_kubernetes_makes_of_services_are_kept_out() -> None:
    with pytest.raises(SettingsError):
        load({"HOSTEX_MCP_SERVICE_HOST": "10.0.0.1"})
    assert POD["enableServiceLinks"] is False


def test_one_replica_always_serves() -> None:
    assert DEPLOYMENT["replicas"] == 2
    assert DEPLOYMENT["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert OBJECTS["PodDisruptionBudget"]["spec"]["minAvailable"] == 1


def test_every_selector_means_these_pods() -> None:
    assert DEPLOYMENT["template"]["metadata"]["labels"] == LABELS
    assert DEPLOYMENT["selector"]["matchLabels"] == LABELS
    assert OBJECTS["Service"]["spec"]["selector"] == LABELS
    assert OBJECTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == LABELS
    assert OBJECTS["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == LABELS


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_names_a_host_that_the_server_answers_to(name: str) -> None:
    async def answer(_: Any) -> PlainTextResponse:
        return PlainTextResponse("yes")

    probe = CONTAINER[name]["httpGet"]
    headers = {header["name"]: header["value"] for header in probe["httpHeaders"]}
    address = Address(OBJECTS["ConfigMap"]["data"]["HOSTEX_MCP_PUBLIC_URL"])
    app = Guard(Starlette(routes=[Route(probe["path"], answer)]), address)
    client = TestClient(app)
    assert client.get(probe["path"], headers=headers).status_code == 200
    assert client.get(probe["path"], headers={"Host": "10.1.2.3:8000"}).status_code == 421


def test_a_pod_whose_database_is_away_is_not_restarted_but_gets_no_calls() -> None:
    paths = {name: CONTAINER[name]["httpGet"]["path"] for name in PROBES}
    assert paths == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }


def test_ports_fit_the_image() -> None:
    assert [port["containerPort"] for port in CONTAINER["ports"]] == [int(IMAGE.only("EXPOSE").text)]
    named = CONTAINER["ports"][0]["name"]
    assert OBJECTS["Service"]["spec"]["ports"][0]["targetPort"] == named
    assert OBJECTS["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == named


def test_calls_in_flight_can_end_before_a_pod_does() -> None:
    pause = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert POD["terminationGracePeriodSeconds"] > pause + 30


def test_the_pod_has_no_rights_beyond_its_own() -> None:
    assert POD["automountServiceAccountToken"] is False
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert f"{POD['securityContext']['runAsUser']}:{POD['securityContext']['runAsGroup']}" == (
        IMAGE.only("USER").text
    )
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(CONTAINER["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}
    assert all("sizeLimit" in volume["emptyDir"] for volume in POD["volumes"])


def test_no_private_address_but_the_database_and_the_resolver_can_be_called() -> None:
    names, database, public = OBJECTS["NetworkPolicy"]["spec"]["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    assert {port["port"] for port in database["ports"]} == {5432}
    assert {port["port"] for port in public["ports"]} == {443}
    excepted = [peer["ipBlock"]["except"] for peer in public["to"]]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(excepted[0])
    assert "fc00::/7" in excepted[1]
