"""Logging in by OpenID Connect: a real provider's redirects, cookie and signed claims."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.app import free_port, next_reader, running_app, settled, visit
from tests.browser.identity_provider import CLIENT_ID, identity_provider
from tests.databases import clone

ROLES = "anna@paper.org=founder cy@paper.org=writer"


@pytest.fixture(scope="module")
def app_with_login(
    profile: BrowserContext,
    server_url: str,
    _template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the app on an empty database, for readers who log in."""
    folder: Path = tmp_path_factory.mktemp("login")
    port = free_port()
    with (
        identity_provider(free_port()) as metadata_url,
        clone(server_url, _template) as url,
    ):
        secrets = folder / "secrets.toml"
        secrets.write_text(
            "[auth]\n"
            f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
            'cookie_secret = "of this test only, and as long as one that is none"\n'
            f'client_id = "{CLIENT_ID}"\nclient_secret = "of this test only"\n'
            f'server_metadata_url = "{metadata_url}"\n'
        )
        with running_app(
            url,
            folder / "app.log",
            port=port,
            STREAMLIT_SECRETS_FILES=str(secrets),
            TABLESTAKES_ROLES=ROLES,
        ) as address:
            yield address


def log_in(page: Page, address: str, email: str, *, is_verified: bool = True) -> None:
    visit(page, address)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("verified").set_checked(is_verified)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{address}/**")
    page.get_by_text("ogged in as").first.wait_for()
    settled(page)


def navigation(page: Page) -> set[str]:
    return set(page.locator('[data-testid="stSidebarNavLink"]').all_inner_texts())


def test_nobody_sees_a_page_before_logging_in(profile: BrowserContext, app_with_login: str) -> None:
    with next_reader(profile) as (page, _):
        for path in ("", "/funnel", "/hardest"):
            visit(page, app_with_login + path)
            assert page.get_by_text("log in to go on").is_visible(), path
            assert not navigation(page), path


def test_a_founder_sees_the_funnel_and_is_nobody_again_after_logging_out(
    profile: BrowserContext, app_with_login: str
) -> None:
    with next_reader(profile) as (page, _):
        log_in(page, app_with_login, "Anna@Paper.org")
        assert {"Funnel", "Hardest tables"} <= navigation(page)
        visit(page, f"{app_with_login}/funnel")
        assert page.get_by_role("heading", name="Funnel").is_visible()
        page.get_by_role("button", name="Log out").click()
        page.get_by_text("log in to go on").wait_for()
        visit(page, f"{app_with_login}/funnel")
        assert page.get_by_text("log in to go on").is_visible()


def test_a_writer_has_the_digest_but_not_the_funnel(
    profile: BrowserContext, app_with_login: str
) -> None:
    with next_reader(profile) as (page, _):
        log_in(page, app_with_login, "cy@paper.org")
        assert "Digest" in navigation(page)
        assert "Funnel" not in navigation(page)
        visit(page, f"{app_with_login}/funnel")
        assert page.get_by_text("This page is for founders.").is_visible()


@pytest.mark.parametrize(
    ("email", "is_verified"),
    [("eve@elsewhere.org", True), ("anna@paper.org", False)],
    ids=["without-a-role", "not-verified"],
)
def test_who_has_no_role_or_no_verified_address_sees_nothing(
    profile: BrowserContext, app_with_login: str, email: str, is_verified: bool
) -> None:
    with next_reader(profile) as (page, _):
        log_in(page, app_with_login, email, is_verified=is_verified)
        assert page.get_by_text("has no role here").is_visible()
        assert not navigation(page)
