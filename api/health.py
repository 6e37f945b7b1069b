"""GET /healthz, /readyz and /metrics: for whoever keeps the service running. No key is needed."""

from http import HTTPStatus

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from api.answers import JsonResponse
from api.problems import problem
from api.state import AppState, Database
from db import insights

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "alive"})


@router.get("/readyz")
def readyz(state: AppState) -> Response:
    """Ready: there is a database with the newest schema, and the timer is not late. If not, 503
    with the reasons."""
    reasons = _reasons(state)
    if reasons:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(reasons), reasons=reasons)
    return JsonResponse({"status": "ready"})


@router.get("/metrics")
def metrics(state: AppState, engine: Database) -> Response:
    """The state of the machinery in Prometheus' text format."""
    now = insights.status(engine, now=state.now(), retention_days=state.settings.retention_days)
    registry = CollectorRegistry()

    def gauge(name: str, help_text: str, value: float) -> None:
        Gauge(f"tablestakes_{name}", help_text, registry=registry).set(value)

    gauge("schema_current", "1 if the database's schema is the newest", now.is_schema_current)
    gauge("backlog_batches", "Accepted batches that no rollup holds yet", now.backlog.batches)
    gauge("backlog_rows", "Accepted rows that no rollup holds yet", now.backlog.rows)
    gauge("pending_ends", "Closings that wait for their opening", now.backlog.pending_ends)
    gauge("rejected_events", "Rows in quarantine", now.rejected_events)
    gauge("unsent_alerts", "Alerts with steps but no sending", now.unsent_alerts)
    gauge("late_events", "Events of days that were sealed before they came", now.late_events)
    gauge("unsealed_days", "Days whose raw events are kept", now.retention.unsealed_days)
    gauge("due_days", "Days past retention that wait for their seal", len(now.retention.due_dates))
    gauge(
        "overdue_days",
        "Days that the timer should have sealed by now",
        len(now.retention.overdue_dates),
    )
    gauge("held_days", "Days past retention with open drops", len(now.retention.held_days))
    gauge("database_bytes", "Size of the database", now.database_bytes)
    succeeded = Gauge(
        "tablestakes_job_last_success_timestamp_seconds",
        "When the job last came to a good end",
        ["job"],
        registry=registry,
    )
    failed = Gauge(
        "tablestakes_job_failed", "1 if the job's last run failed", ["job"], registry=registry
    )
    for job in now.jobs:
        failed.labels(job.job).set(job.status == "failed")
        if job.succeeded_at is not None:
            succeeded.labels(job.job).set(job.succeeded_at.timestamp())
    coverage = Gauge(
        "tablestakes_coverage_ratio",
        "Observed share of the last 28 days, where scans tell",
        ["market"],
        registry=registry,
    )
    for market in now.markets:
        if market.coverage_rate is not None and not market.is_coverage_assumed:
            coverage.labels(market.market_id).set(market.coverage_rate)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _reasons(state: AppState) -> list[str]:
    if state.engine is None:
        return ["the database is not open yet"]
    try:
        status = insights.status(
            state.engine, now=state.now(), retention_days=state.settings.retention_days
        )
    except insights.DATABASE_UNAVAILABLE:
        return ["the database cannot be reached"]
    return [reason for reason in (status.schema_problem, status.timer_problem) if reason]
