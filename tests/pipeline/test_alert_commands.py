"""Alerts from files, and forgetting a user, as somebody at a terminal does it."""

import csv

import pytest

from pipeline.__main__ import main
from tests.alerting import SECRET, alert
from tests.factories import at, contents, read, sent

SENT = at("2026-11-10 20:00")


@pytest.fixture(autouse=True)
def _environment(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TABLESTAKES_USER_KEY_SECRET", SECRET.decode())


@pytest.fixture
def file(tmp_path):
    events = sent(alert(SENT, 30, 40, user_id="anna", time_to_action_seconds=12.5))
    path = tmp_path / "events.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, [*events[0], "email"])
        writer.writeheader()
        writer.writerows({**event, "email": "anna@example.com"} for event in events)
    return str(path)


def test_a_file_of_alerts_is_known_by_its_columns_and_loaded_once(file, engine, capsys):
    assert main(["ingest", file]) == 0
    assert "received 3, accepted 3, duplicate 0" in capsys.readouterr().out
    assert main(["ingest", "--kind", "alerts", file]) == 0
    assert "received 3, accepted 0, duplicate 3" in capsys.readouterr().out
    assert "anna" not in str(contents(engine, "alert_events"))
    assert [row["time_to_action_seconds"] for row in contents(engine, "alert_events")] == [12.5] * 3


def test_forgetting_is_on_record_and_the_user_is_not(file, engine, capsys):
    main(["ingest", file])
    assert main(["tick"]) == 0
    before = contents(engine, "conversion_metrics", "computed_at", "user_numbers")
    assert main(["forget-user", "anna"]) == 0
    assert "made 1 alerts anonymous, erased 3 raw events" in capsys.readouterr().out
    assert main(["rescore"]) == 0
    assert contents(engine, "conversion_metrics", "computed_at", "user_numbers") == before
    (run,) = read(engine, "SELECT * FROM job_runs WHERE job = 'forget-user'")
    assert (run["status"], run["detail"]) == ("succeeded", {"alerts": 1, "events": 3})
    assert "anna" not in str(run)


def test_without_a_secret_a_configured_database_takes_no_alerts(file, engine, monkeypatch, capsys):
    monkeypatch.delenv("TABLESTAKES_USER_KEY_SECRET")
    assert main(["ingest", file]) == 1
    assert "set it to a random text" in capsys.readouterr().err
    assert contents(engine, "batches") == []
