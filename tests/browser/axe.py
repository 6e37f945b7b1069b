"""What axe-core finds serious on a page and is ours to mend."""

from collections.abc import Iterator
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")

# What Streamlit itself gets wrong, by axe's rule, and where: nothing of ours can mend it.
OF_STREAMLIT = {
    "svg-img-alt": ".stMetric",  # the small line in a metric has a role and no name
    "empty-table-header": ".stDataFrame",  # the headers of the table behind the canvas
    "list": "[data-testid=stSidebarNav]",  # groups of pages are divisions within one list
    "listitem": "[data-testid=stSidebarNav]",
}


@dataclass(frozen=True)
class Finding:
    """A rule of axe's that an element breaks."""

    rule: str
    selector: str
    html: str
    why: str


def findings(page: Page, *rules: str) -> Iterator[Finding]:
    """What axe finds serious on the page as it stands, by all its rules or by these."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
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
                    violation["id"], selector, node["html"][:300], node["failureSummary"][:400]
                )
