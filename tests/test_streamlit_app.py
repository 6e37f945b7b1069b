"""The whole app as somebody starts it: one command, every part, twice at once, one Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from settings import PROJECT_DIR

STREAMLIT = [sys.executable, "-m", "streamlit"]
START_COMMAND = [*STREAMLIT, "run", "streamlit_app.py", "--server.port"]
START_SECONDS = 90
STOP_SECONDS = 30


class App:
    """A running `streamlit run streamlit_app.py` on a port and a data folder of its own."""

    def __init__(self, folder: Path, log: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self._log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [*START_COMMAND, str(self.port)],
                cwd=PROJECT_DIR,
                env={
                    **os.environ,
                    "TABLESTAKES_DATA_DIR": str(folder),
                    "TABLESTAKES_DEMO": "0",
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.get("/readyz")
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        pytest.fail(f"the app did not start:\n{self._log.read_text()}")

    def get(self, path: str) -> tuple[str, str]:
        """The media type and the body."""
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=START_SECONDS) as answer:
            return answer.headers.get_content_type(), answer.read().decode()

    def interrupt(self, sign: signal.Signals) -> str:
        """What it wrote until it had stopped by itself. Ctrl-C reaches the whole group."""
        os.killpg(self.process.pid, sign)
        self.process.wait(STOP_SECONDS)
        return self._log.read_text()

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder; not in `tmp_path`, which as root the server's account cannot always enter."""
    with tempfile.TemporaryDirectory(prefix="tablestakes-tests-") as temporary:
        yield Path(temporary)


def servers_on(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and str(home) in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def has_no_server(home: Path) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while servers_on(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not servers_on(home)


def test_two_started_at_once_share_one_database_and_each_stops_cleanly(home):
    apps = [App(home / "data", home / f"{number}.log") for number in (1, 2)]
    try:
        for app in apps:
            app.wait_until_ready()
        assert len(servers_on(home)) == 1

        first, second = apps
        assert first.get("/")[0] == "text/html"
        assert "simulated" not in first.get("/chat/watches/venue-metrics")[1]
        for path in ("/healthz", "/readyz", "/openapi.json", "/chat/watches/market-metrics"):
            assert first.get(path)[0] == "application/json", path
        assert first.get("/metrics")[0] == "text/plain"

        assert "Traceback" not in first.interrupt(signal.SIGINT)
        assert second.get("/readyz")[0] == "application/json"
        assert len(servers_on(home)) == 1

        assert "Traceback" not in second.interrupt(signal.SIGTERM)
        assert has_no_server(home)
    finally:
        for app in apps:
            app.kill()
        for process in servers_on(home):
            process.kill()


def test_settings_that_are_refused_are_said_without_a_traceback():
    done = subprocess.run(
        [*START_COMMAND, "0"],
        cwd=PROJECT_DIR,
        env={**os.environ, "TABLESTAKES_RETENTION_DAYS": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "TABLESTAKES_RETENTION_DAYS=0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        [*START_COMMAND, "0"],
        [sys.executable, "-m", "uvicorn", "api.app:app", "--port", "0"],
        [sys.executable, "-m", "pipeline", "status"],
    ],
    ids=["app", "api", "pipeline"],
)
def test_a_database_that_does_not_answer_is_said_in_one_line(command):
    done = subprocess.run(
        command,
        cwd=PROJECT_DIR,
        env={**os.environ, "DATABASE_URL": "postgresql://user:pass-word@127.0.0.1:1/name"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "database" in line.lower()]
    assert "The database does not answer: " in line
    assert line.endswith("Start it, mend DATABASE_URL, or unset that to use the embedded one.")
    assert "Traceback" not in done.stderr
    assert "pass-word" not in done.stderr


def test_without_a_login_another_address_than_this_machines_is_refused():
    done = subprocess.run(
        [*START_COMMAND, "0", "--server.address", "0.0.0.0"],
        cwd=PROJECT_DIR,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "the server must stay on this machine" in done.stderr
    assert "Traceback" not in done.stderr
