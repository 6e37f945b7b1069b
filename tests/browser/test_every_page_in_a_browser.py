"""What holds of every page, in one look at it: it opens, fits, complains of nothing, and axe-core
finds nothing serious on it that is ours to mend."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.app import NARROW, WIDE, next_reader, settled, visit
from tests.browser.axe import findings

CONVERSION = ("/funnel", "/losses", "/drivers", "/cohorts")
PAGES = (
    "/",
    "/live",
    "/digest",
    "/hardest",
    "/venue",
    "/timing",
    "/market",
    *CONVERSION,
    "/definitions",
    "/annotations",
    "/health",
)
WITH_PICTURES = ("/", "/hardest", "/venue", "/timing", "/market", *CONVERSION)
WITHOUT_NUMBERS = ("/definitions", "/annotations")
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 18, 16)"}

# The page, and all figures on it, which the server draws anew.
DARK_IS_ON = """
() => {
  const isDark = color => color.match(/\\d+/g).slice(0, 3).reduce((a, b) => +a + +b, 0) < 200;
  const app = document.querySelector('[data-testid=stApp]');
  const texts = [...document.querySelectorAll('.picture .xtick text')];
  return isDark(getComputedStyle(app).backgroundColor)
    && texts.every(text => !isDark(getComputedStyle(text).fill));
}
"""


def test_the_navigation_links_to_these_pages(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, _):
        visit(page, demo_app)
        linked = page.locator('[data-testid="stSidebarNavLink"]').evaluate_all(
            "links => links.map(link => new URL(link.href).pathname)"
        )
        assert linked == list(PAGES)


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"]
)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_fits_complains_of_nothing_and_is_for_everybody(
    profile: BrowserContext, demo_app: str, path: str, size: tuple[int, int], scheme: str
) -> None:
    venue = "?venue=demo-osteria-luna" if path == "/venue" else ""
    with next_reader(profile, size, scheme=scheme) as (page, complaints):
        visit(page, demo_app + path + venue)
        assert page.locator('[data-testid="stException"]').count() == 0
        if path not in WITHOUT_NUMBERS:
            assert page.get_by_text("Simulated data").first.is_visible()
        room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert room[0] <= room[1]
        main = page.locator("[data-testid=stMain]")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
        ground = page.evaluate(
            "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        assert ground == GROUND[scheme]
        charts = page.locator(".picture .chart").all()
        assert charts or path not in WITH_PICTURES
        for chart in charts:
            assert chart.get_attribute("aria-label")
            drawn_on = chart.locator(".main-svg").first.evaluate(
                "svg => getComputedStyle(svg).backgroundColor"
            )
            assert drawn_on == ground
        assert complaints == []
        # Colors differ in the dark; everything else that axe looks at is the same.
        assert list(findings(page, *(["color-contrast"] if scheme == "dark" else []))) == []


def test_a_page_turns_dark_under_its_reader_and_can_be_read(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/market")
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(DARK_IS_ON)
        settled(page)
        assert list(findings(page, "color-contrast")) == []
        assert complaints == []


def test_axe_finds_nothing_serious_in_the_dialog_with_the_picture(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/market")
        page.locator(".st-key-market-days .print").click()
        page.get_by_role("dialog").get_by_text("Save as PNG").wait_for()
        settled(page)
        assert list(findings(page)) == []


def test_axe_finds_what_is_serious(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/definitions")
        page.evaluate("() => { document.querySelector('h1').style.color = '#eeeeee' }")
        assert {finding.rule for finding in findings(page)} == {"color-contrast"}
