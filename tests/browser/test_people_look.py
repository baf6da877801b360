"""What the pages look like on which people are invited, in the light and the dark, narrow and wide."""

import pytest

from tests.browser.conftest import Open
from tests.browser.looks import poor_contrast, small_targets, too_wide
from tests.browser.people import people_pages
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 320), ("dark", 360), ("light", 1280), ("dark", 1280)]
)
def test_the_pages_of_people_look_as_good_as_the_others(
    site: Site, open_page: Open, scheme: str, width: int
) -> None:
    poor = {
        name: (poor_contrast(page), too_wide(page), small_targets(page))
        for name, page in people_pages(
            site, lambda: open_page(f"{site.origin}/connect", scheme=scheme, width=width)
        )
    }
    assert len(poor) == 19
    assert {name: found for name, found in poor.items() if any(found)} == {}
