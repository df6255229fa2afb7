"""Fixtures: one Chromium and one house a session, an empty queue and fresh windows a test."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.house import House
from tests.browser.town import PASSWORD
from tests.support.postgres import Cluster
from tornvakt.base.ui.catalogue import compile_catalogues

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
REFUSED_ON_PURPOSE = re.compile(r"status of (401|403|404|409|410|422|423|503)|ERR_")

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here: they run in a process of their own."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


expect.set_options(timeout=PATIENCE_MS)


def until(page: Page, expression: str) -> Any:
    """Wait until the script ``expression`` is true in the page, and return its value.

    Playwright's own way evaluates a string inside the page, which our policy for scripts forbids.
    """
    end = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end:
        value = page.evaluate(expression)
        if value:
            return value
        page.wait_for_timeout(20)
    raise AssertionError(f"never became true: {expression}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The real browser. A machine without one fails, loudly: nothing here is skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium saknas: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], House]]:
    """A house for each engine, built when first asked for."""
    compile_catalogues()
    built: dict[str, House] = {}
    clusters: list[Cluster] = []

    def house_on(engine: str) -> House:
        if engine not in built:
            url = ""
            if engine == "postgresql":
                clusters.append(Cluster())
                url = clusters[0].url()
            built[engine] = House(tmp_path_factory.mktemp(engine), url)
        return built[engine]

    yield house_on
    for house in built.values():
        house.close()
    for cluster in clusters:
        cluster.remove()


@pytest.fixture(params=["sqlite"])
def house(request: pytest.FixtureRequest, houses: Callable[[str], House]) -> Iterator[House]:
    """The running house with an empty queue. Parametrise indirectly for the other engine."""
    found = houses(request.param)
    found.do("clear")
    yield found
    found.thaw()


@pytest.fixture
def open_page(chromium: Browser, house: House) -> Iterator[Open]:
    """Open a window: ``open_page(theme=…, path=…)``. Errors in its console fail the test."""
    contexts = []
    noise: list[str] = []

    def hear(message: Any) -> None:
        if message.type == "error" and not REFUSED_ON_PURPOSE.search(message.text):
            noise.append(message.text)

    def build(
        *,
        user: str | None = "operator1",
        path: str = "/larm/",
        theme: str = "dark",
        language: str = "sv",
        width: int = 1920,
        height: int = 1080,
        script: bool = True,
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.goto(f"{house.url}/logga-in/")
        if user is not None:
            page.fill("#id_login", user)
            page.fill("#id_password", PASSWORD)
            page.click("form[action='/logga-in/'] button")
            page.wait_for_url("**/larm/**")
        for name, value in (("tornvakt_theme", theme), ("django_language", language)):
            context.add_cookies([{"name": name, "value": value, "url": house.url}])
        page.goto(f"{house.url}{path}")
        if script and user is not None:
            page.wait_for_selector("html[data-ready]")
            expect(page.locator("#contact-b")).to_have_text(re.compile(r"\d"))
        return page

    yield build
    for context in contexts:
        context.close()
    assert noise == []
