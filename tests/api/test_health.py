"""Alive, ready, and numbers for Prometheus."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.seeding import NOW, accept, drop


def note_tick(engine, at, status="succeeded"):
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO job_runs (job, due_key, started_at, finished_at, status)"
                " VALUES ('tick', :at, :at, :at, :status)"
            ),
            {"at": at, "status": status},
        )


def test_alive_needs_no_database(open_client):
    assert open_client(None).get("/healthz").json() == {"status": "alive"}


def test_ready_while_the_timer_is_on_time(client, engine):
    note_tick(engine, NOW - timedelta(minutes=1))
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_not_ready_says_why(client, engine):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["reasons"][0].startswith("no tick has succeeded yet")
    note_tick(engine, NOW - timedelta(minutes=6))
    note_tick(engine, NOW, status="failed")
    assert "more than 5 minutes ago" in client.get("/readyz").json()["reasons"][0]


def test_a_schema_that_is_behind_is_not_ready(client, engine):
    note_tick(engine, NOW)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "revision 0000" in response.json()["detail"]


def test_without_a_database_every_answer_is_503(open_client, offline_client):
    starting = open_client(None)
    for client in (starting, offline_client):
        for path in ("/readyz", "/metrics", "/drops/live", "/chat/watches/market-metrics"):
            response = client.get(path)
            assert response.status_code == 503, path
            assert response.headers["content-type"] == "application/problem+json"
        response = client.post("/events", json=drop("v", NOW))
        assert response.status_code == 503
        assert response.headers["retry-after"] == "5"
    assert offline_client.get("/readyz").json()["reasons"] == ["the database cannot be reached"]


def test_prometheus_reads_the_metrics(client, engine):
    accept(engine, [*drop("v", NOW - timedelta(hours=1)), 5])
    note_tick(engine, NOW)
    response = client.get("/metrics")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert samples[("tablestakes_backlog_batches",)] == 1
    assert samples[("tablestakes_backlog_rows",)] == 1
    assert samples[("tablestakes_rejected_events",)] == 1
    assert samples[("tablestakes_unsent_alerts",)] == 0
    assert samples[("tablestakes_job_failed", "tick")] == 0
    key = ("tablestakes_job_last_success_timestamp_seconds", "tick")
    assert samples[key] == NOW.timestamp()
