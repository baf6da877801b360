"""The steps of the Dockerfile, done on this machine: a clean environment, made and started as it says."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx2
import pytest

from tests.shipping.operations.dockerfile import DOCKERFILE, Replay, stages
from tests.support.complete import installs_packages
from tests.support.processes import free_port
from tests.support.root import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    installs_packages,
]
BUILD, FINAL = stages(DOCKERFILE.read_text())
ENTRYPOINT, START = FINAL.only("ENTRYPOINT").command, FINAL.only("CMD").command
PROBE = FINAL.only("HEALTHCHECK").command


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The installed image, over a Python that has pip and nothing else."""
    folder = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", folder / "base"], check=True)
    (folder / "tmp").mkdir()
    replay = Replay(folder, folder / "base" / "bin", ROOT)
    replay.follow(BUILD)
    replay.follow(FINAL)
    return replay


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(image: Replay, port: int) -> Iterator[subprocess.Popen[str]]:
    """The server as the image starts it, on another port than 8000."""
    command = [*ENTRYPOINT, *(word.replace("8000", str(port)) for word in START)]
    environ = {**image.environ, "HOSTEX_MCP_PUBLIC_URL": "https://mcp.example.com", "HOSTEX_MCP_WORKERS": "1"}
    with subprocess.Popen(
        command, env=environ, cwd=image.folder, stderr=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.kill()


def ask(port: int, path: str) -> httpx2.Response:
    """The answer, once the server gives one."""
    for _ in range(400):
        try:
            return httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=5)
        except httpx2.TransportError:
            time.sleep(0.05)
    pytest.fail("the server did not start")


def test_the_image_starts_is_alive_and_ready_and_stops(
    image: Replay, server: subprocess.Popen[str], port: int
) -> None:
    assert ask(port, "/healthz").status_code == 200
    assert ask(port, "/readyz").status_code == 200
    assert (image.folder / "data" / "hostex-mcp.db").exists()
    assert check_health(image, port) == 0
    server.terminate()
    assert server.wait(20) == 0


def test_the_health_check_fails_while_nothing_serves(image: Replay, port: int) -> None:
    assert check_health(image, port) != 0


def test_the_image_holds_the_package_and_the_driver_for_postgresql_but_no_installer(image: Replay) -> None:
    code = (
        "from importlib.util import find_spec; "
        "print([n for n in ('hostex_mcp', 'psycopg_binary', 'pip', 'hatchling') if find_spec(n)])"
    )
    done = subprocess.run(
        ["python", "-c", code],
        env=image.environ,
        capture_output=True,
        text=True,
        check=True,
        cwd=image.folder,
    )
    assert done.stdout.strip() == "['hostex_mcp', 'psycopg_binary']"


def check_health(image: Replay, port: int) -> int:
    """The exit status of the image's health check."""
    command = [word.replace("8000", str(port)) for word in PROBE]
    return subprocess.run(command, env=image.environ, capture_output=True, check=False).returncode
