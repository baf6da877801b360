"""The compose file: a valid one, whose settings the server takes, and whose services have no more rights than
they need."""

from typing import Any

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store.addresses import place_of
from hostex_mcp.settings import load
from tests.shipping.operations.dockerfile import DOCKERFILE, stages
from tests.shipping.operations.linters import complaints
from tests.shipping.operations.manifests import COMPOSE, filled, objects, read

SERVICES: dict[str, Any] = read(COMPOSE)["services"]
VALUES = {
    "HOSTEX_MCP_PUBLIC_URL": "https://mcp.example.com",
    "HOSTEX_MCP_SECRET_KEYS": "a-key",
    "HOSTEX_MCP_METRICS_TOKEN": "sixteen-signs-or-more",
    "POSTGRES_PASSWORD": "0123abc",
}


def test_it_follows_the_compose_specification() -> None:
    assert complaints("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


def test_every_setting_is_one_of_this_version() -> None:
    given = SERVICES["server"]["environment"]
    settings = load({name: filled(value, VALUES) for name, value in given.items()})
    assert settings.public_url == "https://mcp.example.com"
    assert place_of(settings.database_url).url.host == "database"
    assert settings.workers
    assert settings.metrics_token


def test_the_server_knows_the_database_by_the_name_user_and_password_that_it_was_made_with() -> None:
    made = {name: filled(value, VALUES) for name, value in SERVICES["database"]["environment"].items()}
    url = place_of(
        SecretStr(filled(SERVICES["server"]["environment"]["HOSTEX_MCP_DATABASE_URL"], VALUES))
    ).url
    assert made == {
        "POSTGRES_USER": url.username,
        "POSTGRES_PASSWORD": url.password,
        "POSTGRES_DB": url.database,
    }


def test_the_server_may_write_its_data_as_the_user_of_the_image() -> None:
    image = stages(DOCKERFILE.read_text())[-1]
    user, group = image.only("USER").text.split(":")
    (data,) = (
        mount for mount in SERVICES["server"]["tmpfs"] if mount.startswith(image.only("VOLUME").command[0])
    )
    assert {f"uid={user}", f"gid={group}"} <= set(data.split(":")[1].split(","))


def test_the_cluster_sets_what_compose_sets_and_gives_it_no_less() -> None:
    cluster = objects()
    given = {**cluster["ConfigMap"]["data"], **cluster["Secret"]["stringData"]}
    assert set(given) == set(SERVICES["server"]["environment"])
    (container,) = cluster["Deployment"]["spec"]["template"]["spec"]["containers"]
    limits = SERVICES["server"]["deploy"]["resources"]["limits"]
    assert container["resources"]["limits"]["memory"] == f"{limits['memory']}i"
    assert container["resources"]["limits"]["cpu"] == limits["cpus"]


def test_the_example_names_every_variable_that_is_wanted() -> None:
    lines = COMPOSE.with_name("env.example").read_text().splitlines()
    assert {line.removesuffix("=") for line in lines if line and not line.startswith("#")} == set(VALUES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_cannot_write_its_root_gain_rights_or_take_everything(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert "privileged" not in service


def test_the_database_is_reached_by_the_server_alone_and_keeps_what_it_has() -> None:
    networks = read(COMPOSE)["networks"]
    assert [networks[name] for name in SERVICES["database"]["networks"]] == [{"internal": True}]
    assert "ports" not in SERVICES["database"]
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql/data"]


def test_the_server_is_reached_from_this_machine_alone_on_the_port_of_the_image() -> None:
    port = stages(DOCKERFILE.read_text())[-1].only("EXPOSE").text
    assert SERVICES["server"]["ports"] == [f"127.0.0.1:8000:{port}"]


def test_the_server_waits_for_the_database_and_has_time_to_stop() -> None:
    assert SERVICES["server"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert SERVICES["database"]["healthcheck"]["test"][0] == "CMD"
    assert int(SERVICES["server"]["stop_grace_period"].removesuffix("s")) > 30
