"""The environment is read once, checked together, and never lets an unsafe setting through."""

import ast
import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import PROJECT_DIR, Settings, SettingsError, load_settings

DIGEST = hashlib.sha256(b"a key").hexdigest()


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[str, ...]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings(env_file=None)
    return raised.value.problems


def test_an_empty_environment_gives_the_documented_defaults():
    settings = load_settings(env_file=None)
    assert settings.database_url is None
    assert settings.data_dir == PROJECT_DIR / ".tablestakes"
    assert settings.demo
    assert settings.slot_horizon_days == 14
    assert settings.retention_days == 21
    assert settings.alert_retention_days == 30
    assert settings.max_lead_days == 400
    assert settings.poll_interval_seconds == 60
    assert settings.reaction_seconds == 60
    assert settings.conversion_window_hours == 24
    assert settings.api_keys == ()
    assert settings.user_key_secret is None


def test_the_environment_wins_over_the_env_file(monkeypatch, tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("TABLESTAKES_RETENTION_DAYS=30\nTABLESTAKES_DEMO=0\nOTHER_TOOL=1\n")
    monkeypatch.setenv("TABLESTAKES_RETENTION_DAYS", "40")
    settings = load_settings(env_file)
    assert settings.retention_days == 40
    assert not settings.demo


def test_an_empty_value_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    assert load_settings(env_file=None).database_url is None


def test_a_relative_data_folder_belongs_to_the_project_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TABLESTAKES_DATA_DIR", "data")
    assert load_settings(env_file=None).data_dir == PROJECT_DIR / "data"


@pytest.mark.parametrize("days", ["0", "-1", "1", "14"])
def test_a_retention_that_would_prune_what_can_still_change_is_refused(monkeypatch, days):
    (problem,) = problems(monkeypatch, TABLESTAKES_RETENTION_DAYS=days)
    assert problem.startswith(f"TABLESTAKES_RETENTION_DAYS={days} ")
    assert "Set it to " in problem


def test_the_shortest_safe_retention_is_the_horizon_and_a_day(monkeypatch):
    monkeypatch.setenv("TABLESTAKES_SLOT_HORIZON_DAYS", "30")
    monkeypatch.setenv("TABLESTAKES_RETENTION_DAYS", "31")
    assert load_settings(env_file=None).retention_days == 31
    (problem,) = problems(monkeypatch, TABLESTAKES_RETENTION_DAYS="30")
    assert "at least 31" in problem


def test_every_problem_is_named_at_once(monkeypatch):
    found = problems(
        monkeypatch,
        TABLESTAKES_RETENTION_DAYS="three weeks",
        TABLESTAKES_DEMO="perhaps",
        TABLESTAKES_REACTION_SECONDS="0",
        DATABASE_URL="mysql://localhost/x",
    )
    assert {problem.split("=")[0].split(" ")[0] for problem in found} == {
        "TABLESTAKES_RETENTION_DAYS",
        "TABLESTAKES_DEMO",
        "TABLESTAKES_REACTION_SECONDS",
        "DATABASE_URL",
    }
    assert all("Set it to " in problem for problem in found)


def test_a_lead_shorter_than_the_horizon_is_refused(monkeypatch):
    (problem,) = problems(monkeypatch, TABLESTAKES_MAX_LEAD_DAYS="13")
    assert "at least 14" in problem


def test_a_misspelt_name_is_refused_with_the_likely_one(monkeypatch):
    (problem,) = problems(monkeypatch, TABLESTAKES_RETENTION_DAY="30")
    assert "did you mean TABLESTAKES_RETENTION_DAYS?" in problem


def test_a_misspelt_name_in_the_env_file_is_refused_too(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("TABLESTAKES_DEM0=0\n")
    with pytest.raises(SettingsError, match="TABLESTAKES_DEMO"):
        load_settings(env_file)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:pw@host/name",
        "postgres://host",
        "postgresql:///name?host=/var/run/postgresql",
        "postgresql+psycopg://user@host/name",
    ],
)
def test_libpq_and_sqlalchemy_urls_are_accepted(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    given = load_settings(env_file=None).database_url
    assert given is not None
    assert given.get_secret_value() == url


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+asyncpg://host/x", "host=db user=me"])
def test_other_urls_are_refused(monkeypatch, url):
    (problem,) = problems(monkeypatch, DATABASE_URL=url)
    assert problem.startswith("DATABASE_URL is not a PostgreSQL URL.")


def test_api_keys_are_digests_with_scopes(monkeypatch):
    other = hashlib.sha256(b"another").hexdigest().upper()
    monkeypatch.setenv("TABLESTAKES_API_KEYS", f"{DIGEST}=read {other}=write:events,write:alerts")
    first, second = load_settings(env_file=None).api_keys
    assert (first.digest, first.scopes) == (DIGEST, {"read"})
    assert (second.digest, second.scopes) == (other.lower(), {"write:events", "write:alerts"})


@pytest.mark.parametrize("keys", ["plain-key=read", DIGEST, f"{DIGEST}=admin", f"{DIGEST}="])
def test_a_plain_key_or_an_unknown_scope_is_refused_without_being_shown(monkeypatch, keys):
    found = problems(monkeypatch, TABLESTAKES_API_KEYS=keys)
    assert all(problem.startswith("TABLESTAKES_API_KEYS ") for problem in found)
    assert not any("plain-key" in problem or DIGEST in problem for problem in found)


def test_a_short_secret_is_refused_without_being_shown(monkeypatch):
    (problem,) = problems(monkeypatch, TABLESTAKES_USER_KEY_SECRET="hunter2")
    assert "at least 32" in problem
    assert "hunter2" not in problem


def test_secrets_never_show_in_the_repr():
    settings = Settings(
        database_url="postgresql://user:pass-word@host/name",
        user_key_secret="a secret that is long enough to be one",
        api_keys=f"{DIGEST}=read",
    )
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "pass-word" not in text
        assert "long enough" not in text
    assert DIGEST not in repr(settings)


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().retention_days = 1


def test_nothing_else_reads_the_environment():
    packages = ("api", "charts", "dashboard", "db", "metrics", "pipeline")
    files = [path for package in packages for path in (PROJECT_DIR / package).rglob("*.py")]
    readers = [
        path.relative_to(PROJECT_DIR)
        for path in [*files, PROJECT_DIR / "streamlit_app.py"]
        if path.exists() and _reads_environment(path)
    ]
    assert files
    assert readers == []


def _reads_environment(path: Path) -> bool:
    return any(word in path.read_text() for word in ("os.environ", "getenv"))


def test_settings_stand_alone():
    ours = {path.stem for path in PROJECT_DIR.iterdir() if path.is_dir() or path.suffix == ".py"}
    tree = ast.parse((PROJECT_DIR / "settings.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert "db" in ours
    assert {str(name).split(".")[0] for name in imported} & ours == set()


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("anna@paper.org", "has no roles in entry 1"),
        ("anna@paper.org=king", "TABLESTAKES_ROLES"),
        ("anna=founder", "TABLESTAKES_ROLES"),
        ("a@b.c=writer A@B.C=founder", "has a@b.c twice"),
    ],
)
def test_roles_that_cannot_be_meant_are_refused(monkeypatch, roles, said):
    monkeypatch.setenv("TABLESTAKES_ROLES", roles)
    with pytest.raises(SettingsError, match=said):
        load_settings(None)


def test_roles_are_by_address_in_small_letters(monkeypatch):
    monkeypatch.setenv("TABLESTAKES_ROLES", "Anna@Paper.org=founder,editor")
    (reader,) = load_settings(None).roles
    assert (reader.email, reader.roles) == ("anna@paper.org", {"founder", "editor"})
