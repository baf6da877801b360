"""Takes the pictures of docs/views.md from the demo account, in Chromium: `python -m benchmarks.screenshots`.

They are not taken by docs/generate.py, as no two Chromiums draw letters alike to the pixel.
"""

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LOOKS = ("day", "calendar", "performance", "guests")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SETTLED_MS = 1_500
_COLOURS = 128


def main() -> None:
    """Take all pictures."""
    program = next(filter(None, map(shutil.which, _NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for look in LOOKS:
            _take(browser, look)
        browser.close()


def _take(browser: Browser, look: str) -> None:
    command = [sys.executable, "-m", "hostex_mcp", "show", look, "--sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = [process.stdout.readline() for _ in range(2)][-1].strip()
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.goto(address)
        page.frame_locator("iframe").locator("main:not([aria-busy])").wait_for()
        page.wait_for_timeout(_SETTLED_MS)
        _keep(page.screenshot(), IMAGES / f"{look}.png")
        page.close()
        process.terminate()


def _keep(picture: bytes, path: Path) -> None:
    """Keep a picture with few colours, which takes a third of the space."""
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(_COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
