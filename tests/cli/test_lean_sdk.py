import subprocess
import sys
from textwrap import dedent

LEAN = "from hostex_mcp.cli.lean_sdk import load_lean; load_lean()\n"


def said(code: str) -> list[str]:
    """What a new process prints that runs this code once the SDK is loaded lean."""
    ran = subprocess.run(
        [sys.executable, "-c", LEAN + dedent(code)], capture_output=True, text=True, timeout=30
    )
    assert not ran.stderr, ran.stderr
    return ran.stdout.splitlines()


def test_whatever_is_postponed_is_there_when_it_is_used():
    assert said(
        """
        import sys
        print([name for name in ("mcp.client", "starlette", "mcp.server.mcpserver") if name in sys.modules])
        from mcp.server.lowlevel import Server
        from mcp.types import CallToolResult, TextContent, methods
        print([name for name in sys.modules if name.startswith("mcp_types._v")])
        result = CallToolResult(content=[TextContent(type="text", text="a")])
        data = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        print(methods.serialize_server_result("tools/call", "2025-11-25", data))
        print([name for name in sys.modules if name.startswith("mcp_types._v")])
        print(methods.serialize_server_result("tools/call", "2026-07-28", data))
        print(type(methods.parse_client_request("tools/list", "2026-07-28", {"_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }})).__name__)
        app = Server("bare").streamable_http_app(
            max_request_body_size=1000, max_sessions=None, session_idle_timeout=None
        )
        from starlette.applications import Starlette
        print(isinstance(app, Starlette), [route.path for route in app.routes])
        import mcp
        from mcp import Client, MCPError
        from mcp.server import MCPServer
        from mcp.shared.exceptions import MCPError as same
        print(mcp.types.Tool.__name__, Client.__name__, MCPServer("full").name, MCPError is same)
        """
    ) == [
        "[]",
        "[]",
        "{'content': [{'text': 'a', 'type': 'text'}], 'isError': False}",
        "['mcp_types._v2025_11_25']",
        "{'content': [{'text': 'a', 'type': 'text'}], 'isError': False, 'resultType': 'complete'}",
        "ListToolsRequest",
        "True ['/mcp']",
        "Tool Client full True",
    ]


def test_a_postponed_name_serves_as_a_base_a_kind_and_part_of_a_union():
    assert said(
        """
        import sys
        sys.modules.pop("starlette", None)
        from mcp.server.lowlevel import server
        assert type(server.Starlette).__name__ == "_Later"
        from starlette.applications import Starlette
        class Below(server.Starlette): ...
        print(issubclass(Below, Starlette), isinstance(Starlette(), server.Starlette))
        print(issubclass(Below, server.Starlette), server.Starlette | None, None | server.Starlette)
        try:
            server.Starlette.nothing
        except AttributeError as error:
            print(error)
        """
    ) == [
        "True True",
        "True starlette.applications.Starlette | None None | starlette.applications.Starlette",
        "type object 'Starlette' has no attribute 'nothing'",
    ]


def test_an_sdk_that_cannot_be_loaded_lean_is_loaded_whole():
    code = """
    from hostex_mcp.cli import lean_sdk
    lean_sdk._NEEDED = ("mcp.server.lowlevel", "mcp.server.moved_elsewhere")
    lean_sdk.load_lean()
    import sys
    print(sys.modules.keys() & {"mcp", "mcp_types", "mcp.server.lowlevel"}, len(sys.meta_path))
    from mcp.server.lowlevel import server
    from starlette.applications import Starlette
    print(server.Starlette is Starlette, "mcp.client" in sys.modules)
    """
    before = "import sys; print(len(sys.meta_path))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{before}\n{dedent(code)}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    count = ran.stdout.splitlines()[0]
    assert ran.stdout.splitlines()[1:] == [f"set() {count}", "True True"]


def test_a_server_over_stdio_lists_its_tools_before_it_loads_one_of_them():
    assert said(
        """
        import sys
        from hostex_mcp.cli import main
        main.get_command(None, "stdio")
        from hostex_mcp.server.app import definition
        from hostex_mcp.tools.catalogue import TOOLSETS
        from hostex_mcp.tools.selection import select
        listed = [definition(tool) for tool in select().listed.values()]
        print(len(listed) > 20, {tool.name for tool in listed} > {"list_properties", "get_daily_briefing"})
        unused = [f"hostex_mcp.tools.{toolset}" for toolset in TOOLSETS]
        unused += ["hostex_mcp.server.resources", "starlette", "uvicorn", "mcp.client"]
        print([name for name in sys.modules if name in unused or name.startswith("mcp_types._v")])
        select().listed["list_properties"].bind({"limit": 1})
        print([name for name in unused if name in sys.modules])
        """
    ) == ["True True", "[]", "['hostex_mcp.tools.properties']"]


def test_another_version_of_the_sdk_is_loaded_whole():
    assert said(
        """
        import sys
        for name in [name for name in sys.modules if name.partition(".")[0] in ("mcp", "mcp_types")]:
            del sys.modules[name]
        import hostex_mcp.cli.lean_sdk as lean
        lean.version = lambda name: "2.4.0"
        lean.load_lean()
        print("mcp" in sys.modules)
        """
    ) == ["False"]
