"""A writer's draft on the page Digest: nothing that was typed vanishes silently."""

from playwright.sync_api import BrowserContext, Dialog, Page

from tests.browser.app import next_reader, settled, visit

OWN_WORDS = "In my own words, of course"


def said(page: Page) -> str:
    return page.locator("[data-testid=stMain]").inner_text()


def reword_first(page: Page) -> None:
    page.get_by_text("Reword", exact=True).first.click()
    page.locator("textarea:visible").first.wait_for()


def go_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("h1", has_text=name).wait_for()
    settled(page)


def test_a_draft_outlives_escape_a_reload_another_week_and_another_page(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/digest")
        reword_first(page)
        page.locator("textarea:visible").first.fill(OWN_WORDS)
        page.keyboard.press("Escape")
        assert page.locator("textarea:visible").first.input_value() == OWN_WORDS
        page.locator("h1").click()
        settled(page)
        page.get_by_text("Keep", exact=True).nth(2).click()
        settled(page)
        page.get_by_role("button", name="Move down").first.click()
        settled(page)
        plain = draft_of(page)
        assert f"{OWN_WORDS}." in plain
        for leave in (
            lambda: visit(page, page.url),
            lambda: (choose(page, "2026-W46"), choose(page, "2026-W47")),
            lambda: (go_to(page, "Market"), go_to(page, "Digest")),
        ):
            leave()
            assert draft_of(page) == plain
        assert complaints == []


def draft_of(page: Page) -> str:
    """The text to be copied."""
    page.get_by_role("tab", name="Plain text").click()
    return page.locator("[data-testid=stCode]:visible").first.inner_text()


def choose(page: Page, week: str) -> None:
    page.get_by_role("combobox", name="Week").fill(week)
    page.keyboard.press("Enter")
    settled(page)


def test_the_browser_asks_before_a_wording_that_is_being_typed_is_left(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/digest")
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", stay)
        page.reload()
        settled(page)
        assert asked == []
        reword_first(page)
        page.locator("textarea:visible").first.click()
        page.keyboard.type("Half a sen")
        page.reload()
        assert asked == ["beforeunload"]
