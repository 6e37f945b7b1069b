"""The dashboard on databases of its own, run without a browser."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import data, memory
from settings import PROJECT_DIR

Open = Callable[..., AppTest]
UI_SCRIPT = PROJECT_DIR / "dashboard" / "main.py"
PATIENCE = timedelta(seconds=30).total_seconds()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page on a database, as a link with these parameters would."""

    def forget() -> None:
        if data.engine in opened:
            data.engine().dispose()
        st.cache_resource.clear()
        memory.forget_everything()

    opened: list[object] = []

    def open_page(url: str, page: str | None = None, **parameters: str | list[str]) -> AppTest:
        forget()
        monkeypatch.setenv("DATABASE_URL", url)
        opened.append(data.engine)
        test = AppTest.from_file(str(UI_SCRIPT), default_timeout=PATIENCE)
        if page is not None:
            test.switch_page(page)
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    yield open_page
    forget()
