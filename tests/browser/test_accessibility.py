"""axe-core finds nothing serious on any page that is ours to mend."""

from collections.abc import Iterator
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.app import reader, settled, visit

SERIOUS = ("serious", "critical")

# What Streamlit itself gets wrong, by axe's rule, and where: nothing of ours can mend it.
OF_STREAMLIT = {
    "svg-img-alt": ".stMetric",  # the small line in a metric has a role and no name
    "empty-table-header": ".stDataFrame",  # the headers of the table behind the canvas
    "list": "[data-testid=stSidebarNav]",  # groups of pages are divisions within one list
    "listitem": "[data-testid=stSidebarNav]",
}


# The page, and all figures on it, which the server draws anew.
DARK_IS_ON = """
() => {
  const isDark = color => color.match(/\\d+/g).slice(0, 3).reduce((a, b) => +a + +b, 0) < 200;
  const app = document.querySelector('[data-testid=stApp]');
  const texts = [...document.querySelectorAll('.stPlotlyChart .xtick text')];
  return isDark(getComputedStyle(app).backgroundColor)
    && texts.every(text => !isDark(getComputedStyle(text).fill));
}
"""


@dataclass(frozen=True)
class Finding:
    """A rule of axe's that an element breaks."""

    path: str
    rule: str
    selector: str
    html: str
    why: str


def findings(page: Page, path: str, rules: list[str] | None = None) -> Iterator[Finding]:
    """What axe finds serious on the page as it stands, by all its rules or by these."""
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    for violation in Axe().run(page, options=options).response["violations"]:
        if violation["impact"] not in SERIOUS:
            continue
        for node in violation["nodes"]:
            selector = str(node["target"][0])
            where = OF_STREAMLIT.get(violation["id"])
            if where is None or not page.locator(selector).first.evaluate(
                "(found, where) => found.closest(where) !== null", where
            ):
                yield Finding(
                    path,
                    violation["id"],
                    selector,
                    node["html"][:300],
                    node["failureSummary"][:400],
                )


def paths(page: Page, address: str) -> list[str]:
    """The pages that the navigation links to, with a venue for the page about one."""
    visit(page, address)
    links = page.locator('[data-testid="stSidebarNavLink"]').evaluate_all(
        "links => links.map(link => new URL(link.href).pathname)"
    )
    return [f"{link}?venue=demo-osteria-luna" if link == "/venue" else link for link in links]


def test_axe_finds_nothing_serious_on_any_page_and_every_text_readable_in_the_dark(
    browser: Browser, demo_app: str
) -> None:
    found: list[Finding] = []
    with reader(browser) as (page, _):
        linked = paths(page, demo_app)
        assert len(linked) >= 8
        for path in linked:
            visit(page, demo_app + path)
            found += findings(page, path)
            page.emulate_media(color_scheme="dark")
            page.wait_for_function(DARK_IS_ON)
            settled(page)
            found += findings(page, f"{path}, dark", ["color-contrast"])
            page.emulate_media(color_scheme="light")
    assert found == []


def test_axe_finds_nothing_serious_in_the_dialog_with_the_picture(
    browser: Browser, demo_app: str
) -> None:
    with reader(browser) as (page, _):
        visit(page, f"{demo_app}/market")
        page.locator(".st-key-market-days-print button").click()
        page.get_by_role("dialog").get_by_text("Save as PNG").wait_for()
        settled(page)
        assert list(findings(page, "dialog")) == []


def test_axe_finds_what_is_serious(browser: Browser, demo_app: str) -> None:
    with reader(browser) as (page, _):
        visit(page, f"{demo_app}/definitions")
        page.evaluate("() => { document.querySelector('h1').style.color = '#eeeeee' }")
        assert {finding.rule for finding in findings(page, "")} == {"color-contrast"}
