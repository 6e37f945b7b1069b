"""The embedded server: created, shared, stopped by the last, and found again after any death."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from db import embedded
from db.engine import DatabaseUnusableError, create_engine, open_database
from settings import PROJECT_DIR, Settings

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from db import embedded
print(embedded.start_server(Path(sys.argv[1]), options={"fsync": "off"}).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder whose path needs quoting; nothing may be left running in it.

    Not in `tmp_path`: every other pytest that starts closes the folder above it to all but its
    owner, and as root the server is another user.
    """
    with tempfile.TemporaryDirectory(prefix="tablestakes-tests-") as temporary:
        folder = Path(temporary) / "it's my data"
        yield folder
        _let_nothing_run_on(folder)


def _let_nothing_run_on(folder: Path) -> None:
    for _ in range(2):  # no test starts it more often without letting go
        embedded.release_server(folder)
    left = [process for process in psutil.process_iter() if _serves(process, folder)]
    stayed = [process for process in left if not is_gone(process.pid)]
    for process in stayed:
        process.kill()
    assert stayed == []


def _serves(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(str(folder) in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def is_gone(pid: int) -> bool:
    """Whether the process ends within seconds: its files go first, then the process itself."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def start(folder: Path) -> embedded.Server:
    return embedded.start_server(folder, options={"fsync": "off", "shared_buffers": "16MB"})


def answer(server: embedded.Server, query: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
        return None if row is None else row[0]


def another_process(folder: Path) -> tuple["subprocess.Popen[str]", int]:
    """A process that uses the server until its input ends, and the server's pid as it sees it."""
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, str(folder)],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_data_outlive_a_stop_and_the_locale_is_the_same_everywhere(folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "xx_YY.UTF-8")  # not installed anywhere
    server = start(folder)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT upper('café') AS word")
    assert embedded.release_server(folder)
    assert is_gone(server.pid)
    assert answer(start(folder), "SELECT word FROM kept") == "CAFÉ"
    assert embedded.release_server(folder)


def test_only_the_last_release_of_a_process_stops_the_server(folder):
    first = start(folder)
    assert start(folder) == first
    assert not embedded.release_server(folder)
    assert answer(first, "SELECT 1") == 1
    assert embedded.release_server(folder)
    assert not embedded.release_server(folder)


def test_processes_share_one_server_and_the_last_one_stops_it(folder):
    server = start(folder)
    other, pid_seen_by_other = another_process(folder)
    assert pid_seen_by_other == server.pid
    assert not embedded.release_server(folder)
    assert psutil.pid_exists(server.pid)
    end(other)
    assert is_gone(server.pid)


def test_a_killed_process_keeps_nobody_from_stopping_the_server(folder):
    server = start(folder)
    other, _ = another_process(folder)
    other.kill()
    other.communicate()
    assert embedded.release_server(folder)
    assert is_gone(server.pid)


def test_a_server_left_behind_by_a_killed_process_is_joined_and_stopped(folder):
    other, pid = another_process(folder)
    other.kill()
    other.communicate()
    assert psutil.pid_exists(pid)
    assert start(folder).pid == pid
    assert embedded.release_server(folder)


def test_a_killed_server_recovers_at_the_next_start(folder):
    server = start(folder)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(server.pid, signal.SIGKILL)
    assert is_gone(server.pid)
    again = start(folder)
    assert again.pid != server.pid
    assert answer(again, "SELECT one FROM kept") == 1


def test_a_pid_file_whose_number_is_now_somebody_elses_is_not_believed(folder):
    server = start(folder)
    pid_file = folder / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    embedded.release_server(folder)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    again = start(folder)
    assert again.pid not in (server.pid, os.getpid())
    assert answer(again, "SELECT 1") == 1


def test_half_a_database_is_made_anew(folder):
    (folder / "postgres.new").mkdir(parents=True)
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert answer(start(folder), "SELECT 1") == 1


def socket_folder(server: embedded.Server) -> Path:
    return Path(str(answer(server, "SHOW unix_socket_directories")))


def test_a_path_too_long_for_a_socket_gets_a_short_one_of_its_own(folder):
    deep = folder / ("long" * 20) / ("longer" * 10)
    sockets = socket_folder(start(deep))
    assert sockets.stat().st_mode & 0o077 == 0
    assert embedded.release_server(deep)
    assert not sockets.exists()


def test_the_short_socket_folder_of_a_killed_server_is_cleared_away(folder):
    deep = folder / ("long" * 20)
    server = start(deep)
    sockets = socket_folder(server)
    os.kill(server.pid, signal.SIGKILL)
    assert is_gone(server.pid)
    assert socket_folder(start(deep)) != sockets
    assert not sockets.exists()
    assert not embedded.release_server(deep)
    assert embedded.release_server(deep)


def test_a_forked_child_counts_for_itself(folder):
    server = start(folder)
    ours, childs = multiprocessing.Pipe()

    def use_it_until_told() -> None:
        start(folder)
        childs.send("started")
        childs.recv()
        embedded.release_server(folder)

    child = multiprocessing.get_context("fork").Process(target=use_it_until_told, daemon=True)
    child.start()
    assert ours.recv() == "started"
    assert not embedded.release_server(folder)
    assert answer(server, "SELECT 1") == 1
    ours.send("enough")
    child.join(60)
    assert child.exitcode == 0
    assert is_gone(server.pid)


def test_processes_that_start_at_once_end_up_with_one_server(folder):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ANOTHER_PROCESS, str(folder)],
            cwd=PROJECT_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    pids = {process.stdout.readline() for process in processes if process.stdout}
    assert len(pids) == 1
    for process in processes:
        end(process)
    assert is_gone(int(pids.pop()))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_without_permission_is_named_with_a_way_out(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(embedded.EmbeddedDatabaseError, match="TABLESTAKES_DATA_DIR"):
        embedded.start_server(tmp_path / "data")


def test_the_servers_own_complaint_reaches_the_reader(folder):
    with pytest.raises(embedded.EmbeddedDatabaseError) as raised:
        embedded.start_server(folder, options={"shared_buffers": "a lot"})
    assert "server.log" in str(raised.value)
    assert answer(start(folder), "SELECT 1") == 1


def test_every_session_is_in_utc_even_after_a_rollback(folder, monkeypatch):
    monkeypatch.setenv("PGTZ", "Asia/Kathmandu")
    engine = create_engine(start(folder).url)
    for _ in range(2):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW timezone").scalar() == "UTC"
            connection.rollback()
    engine.dispose()


def test_a_database_is_open_while_the_block_runs(folder):
    with open_database(Settings(data_dir=folder)) as engine:
        with engine.connect() as connection:
            name = connection.exec_driver_sql("SHOW application_name").scalar()
            pid = psutil.Process(connection.connection.dbapi_connection.info.backend_pid).ppid()
        assert name == "tablestakes"
    assert is_gone(pid)


def test_a_server_that_does_not_answer_is_said_in_words():
    nowhere = Settings(database_url="postgresql://user:pass-word@127.0.0.1:1/name")
    with (
        pytest.raises(DatabaseUnusableError, match="mend DATABASE_URL") as raised,
        open_database(nowhere),
    ):
        pass
    assert "pass-word" not in str(raised.value)


def test_a_server_older_than_15_is_refused(database_url, monkeypatch):
    monkeypatch.setattr("db.engine.OLDEST_SERVER_VERSION", 990_000)
    with (
        pytest.raises(DatabaseUnusableError, match="needs 99 or newer"),
        open_database(Settings(database_url=database_url)),
    ):
        pass


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_libpq_and_sqlalchemy_urls_reach_the_same_database(database_url, scheme):
    engine = create_engine(database_url.replace("postgresql://", scheme))
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
    engine.dispose()
    assert f"/{name}" in database_url
