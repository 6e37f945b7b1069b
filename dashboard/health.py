"""Page: whether the data can be relied on. First what is fine and what is not, in plain words."""

import pandas as pd
import streamlit as st

from dashboard import data, formats, parts
from db.insights import Backlog, JobRun, MarketStatus, Retention, Status
from metrics.wording import count_words, date_words, number_of, percent_words

COVERAGE_DAYS = 28
LEAST_COVERAGE = 0.8


def page() -> None:
    """Verdicts, then jobs, intake, retention, receipts, coverage."""
    state = data.status()
    markets = data.markets()
    parts.header_of_all("Data health", markets[markets["latest_date"].notna()])
    _verdicts(state)
    _jobs(state)
    _intake(state)
    _retention(state)
    _receipts()
    _coverage(state)
    st.caption(
        f"As of {formats.instant_words(state.now, 'UTC')} UTC; times on this page are UTC. The "
        f"database holds {formats.bytes_words(state.database_bytes)}."
    )


def _verdicts(state: Status) -> None:
    """One line for each thing that could be wrong, what is wrong first."""
    problems, fine, unknown = verdicts(state)
    if problems:
        st.markdown(
            f"**{number_of(len(problems), 'thing').capitalize()} to look at**, "
            f"{number_of(len(fine), 'other')} fine."
        )
        st.warning("\n".join(f"- {line}" for line in problems))
    else:
        st.markdown("**Everything is fine.**")
    st.markdown("\n".join(f"- {line}" for line in fine))
    if unknown:
        st.markdown("Nothing to say yet of:\n" + "\n".join(f"- {line}" for line in unknown))


def verdicts(state: Status) -> tuple[list[str], list[str], list[str]]:
    """(what to look at, what is fine, what cannot be told yet), each a sentence with what to do
    where there is something."""
    lines: list[tuple[bool | None, str]] = [
        _timer(state),
        _schema(state),
        _failed_jobs(state.jobs),
        _backlog(state.backlog, state),
        _refused(state),
        _late(state),
        *_unsent(state),
        _sealing(state.retention),
        *_mails(state),
        *(_watching(market) for market in state.markets),
    ]
    problems, fine, unknown = (
        [text for is_fine, text in lines if is_fine is verdict] for verdict in (False, True, None)
    )
    return problems, fine, unknown


def _timer(state: Status) -> tuple[bool, str]:
    if state.timer_problem:
        return False, f"The timer is late: {state.timer_problem}."
    return True, "The timer runs: the last tick came to a good end."


def _schema(state: Status) -> tuple[bool, str]:
    if state.schema_problem:
        return False, f"The schema is not current: {state.schema_problem}."
    return True, "The database's schema is current."


def _failed_jobs(jobs: tuple[JobRun, ...]) -> tuple[bool, str]:
    failed = [job.job for job in jobs if job.status in ("failed", "interrupted")]
    if failed:
        return False, f"The last run did not succeed: {', '.join(failed)}. Its error is below."
    return True, "No job's last run failed."


def _backlog(backlog: Backlog, state: Status) -> tuple[bool, str]:
    waiting = (
        f" {number_of(backlog.pending_ends, 'closing').capitalize()} wait for their opening."
        if backlog.pending_ends
        else ""
    )
    if backlog.oldest_received_at is None:
        what = "Everything else that" if state.unsent_alerts else "Everything that"
        return True, f"{what} was accepted is counted.{waiting}"
    text = (
        f"{number_of(backlog.batches, 'delivery', 'deliveries').capitalize()} "
        f"({count_words(backlog.rows)} rows) not counted yet; the oldest came "
        f"{formats.ago_words(backlog.oldest_received_at, state.now)}.{waiting}"
    )
    return state.timer_problem is None, text


def _refused(state: Status) -> tuple[bool, str]:
    if state.rejected_events == 0:
        return True, "No row was refused."
    return False, (
        f"{number_of(state.rejected_events, 'row').capitalize()} refused, each with its reason "
        "below. Mend the source and send them again."
    )


def _late(state: Status) -> tuple[bool, str]:
    if state.late_events == 0:
        return True, "No event came after its day was sealed."
    return False, (
        f"{number_of(state.late_events, 'event').capitalize()} came after their day was sealed. "
        "They are kept in a ledger and in no number."
    )


def _unsent(state: Status) -> list[tuple[bool, str]]:
    if not state.unsent_alerts:
        return []
    return [
        (
            False,
            f"{number_of(state.unsent_alerts, 'alert').capitalize()} with steps but no sending: "
            "without `alert_sent` an alert is in no number. Send it, with the same `alert_id` and "
            "`venue_id`; when it comes does not matter.",
        )
    ]


def _mails(state: Status) -> list[tuple[bool, str]]:
    """A line for each edition that was mailed in the last weeks."""
    lines = []
    for mails in state.sends:
        about = f"The {mails.audience} edition of {mails.iso_week} ({mails.market_id})"
        text = f"{about} went to {number_of(mails.sent, 'subscriber')}."
        if mails.failed:
            text += (
                f" {number_of(mails.failed, 'mail').capitalize()} failed, and is tried again "
                f"unless the address was refused: {mails.last_error}."
            )
        if mails.unknown:
            text += (
                f" Of {number_of(mails.unknown, 'mail')} it is not known whether they arrived: the "
                "connection broke as they left. They are not sent twice."
            )
        lines.append((not mails.failed and not mails.unknown, text))
    return lines


def _sealing(retention: Retention) -> tuple[bool, str]:
    kept = f"raw events are kept for {retention.retention_days} days"
    if retention.overdue_dates:
        return False, (
            f"{number_of(len(retention.overdue_dates), 'day').capitalize()} past retention should "
            f"have been sealed by now ({kept}). Last runs, below, says why if the timer tried; "
            "`python -m pipeline seal` does it now."
        )
    due = (
        f" {number_of(len(retention.due_dates), 'day').capitalize()} past that will be sealed at "
        "night, once nothing has come for them in 24 hours."
        if retention.due_dates
        else ""
    )
    held = (
        f" {number_of(len(retention.held_days), 'day').capitalize()} held until their last slots "
        "have passed."
        if retention.held_days
        else ""
    )
    return True, f"No day is overdue for sealing ({kept}).{due}{held}"


def _watching(market: MarketStatus) -> tuple[bool | None, str]:
    about = formats.as_markdown(parts.market_label(market.name, is_simulated=market.is_simulated))
    if market.name != market.market_id:
        about += f" ({market.market_id})"
    if market.latest_date is None:
        return None, f"{about}: no events yet."
    if market.coverage_rate is None:
        return None, f"{about}: its first day is not over, so none could be watched wholly."
    assumed = ", assumed where no scans tell" if market.is_coverage_assumed else ""
    text = (
        f"{about}: watched {percent_words(market.coverage_rate)} of the last "
        f"{COVERAGE_DAYS} days{assumed}."
    )
    return market.coverage_rate >= LEAST_COVERAGE, text


def _jobs(state: Status) -> None:
    st.subheader("Last runs", anchor=False)
    if not state.jobs:
        st.caption("No job has run yet.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Job": [job.job for job in state.jobs],
                "For": [job.due_key for job in state.jobs],
                "Status": [job.status for job in state.jobs],
                "Started (UTC)": [
                    formats.instant_words(job.started_at, "UTC") for job in state.jobs
                ],
                "Took": [formats.seconds_words(job.seconds) for job in state.jobs],
                "Last good end": [
                    formats.ago_words(job.succeeded_at, state.now) if job.succeeded_at else "never"
                    for job in state.jobs
                ],
                "Error": [job.error or "" for job in state.jobs],
            }
        ),
        hide_index=True,
        key="jobs",
        alt="Each job's last run",
    )


def _intake(state: Status) -> None:
    st.subheader("Refused and late", anchor=False)
    refused = data.rejections()
    if refused.empty:
        st.caption("No row was refused.")
    else:
        st.caption(f"The last {len(refused)} of {count_words(state.rejected_events)} rows refused.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Came (UTC)": [
                        formats.instant_words(at, "UTC") for at in refused["received_at"]
                    ],
                    "From": refused["source"],
                    "Row": refused["row_number"],
                    "Reason": refused["reason"],
                    "What was sent": [str(payload) for payload in refused["payload"]],
                }
            ),
            hide_index=True,
            key="refused",
            alt="Rows refused, the last first",
        )
    late = data.late_days()
    if late.empty:
        st.caption("No event came after its day was sealed.")
    else:
        st.dataframe(
            pd.DataFrame(
                {
                    "Sealed day": [date_words(day, with_year=True) for day in late["opened_date"]],
                    "Late events": late["late_events"],
                    "Last came (UTC)": [
                        formats.instant_words(at, "UTC") for at in late["last_received_at"]
                    ],
                }
            ),
            hide_index=True,
            key="late",
            alt="Days that events came for after they were sealed",
        )


def _retention(state: Status) -> None:
    st.subheader("Raw events kept", anchor=False)
    retention = state.retention
    if retention.oldest_unsealed_date is None:
        st.caption("No raw events are kept.")
    else:
        st.caption(
            f"{number_of(retention.unsealed_days, 'day').capitalize()} not sealed, the oldest "
            f"{date_words(retention.oldest_unsealed_date, with_year=True)}. A day is sealed "
            f"{retention.retention_days} days later, once no table of it can still be taken."
        )
    if retention.held_days:
        st.dataframe(
            pd.DataFrame(
                {
                    "Held day": [
                        date_words(held.opened_date, with_year=True) for held in retention.held_days
                    ],
                    "Open drops": [held.open_drops for held in retention.held_days],
                    "Held until (UTC)": [
                        formats.instant_words(held.latest_slot_at, "UTC")
                        for held in retention.held_days
                    ],
                }
            ),
            hide_index=True,
            key="held",
            alt="Days held past retention",
        )


def _receipts() -> None:
    st.subheader("Receipts", anchor=False)
    receipts = data.receipts()
    if receipts.empty:
        st.caption("No day has been sealed yet.")
        return
    st.caption("Proof of each sealed day: what the raw events held is what the rollup holds.")
    st.dataframe(
        pd.DataFrame(
            {
                "Day": [date_words(day, with_year=True) for day in receipts["opened_date"]],
                "Market": receipts["market_id"],
                "Raw openings": receipts["raw_openings"],
                "in the rollup": receipts["rollup_openings"],
                "Raw closings": receipts["raw_closings"],
                "kept closings": receipts["rollup_closings"],
                "Raw expiries": receipts["raw_expiries"],
                "kept expiries": receipts["rollup_expiries"],
                "Rows pruned": receipts["rows_pruned"],
                "Sealed (UTC)": [formats.instant_words(at, "UTC") for at in receipts["sealed_at"]],
                "Checksum": receipts["rollup_checksum"],
            }
        ),
        hide_index=True,
        key="receipts",
        alt="Receipts of sealed days, the latest first",
    )


def _coverage(state: Status) -> None:
    st.subheader("Coverage", anchor=False)
    days = data.coverage_days(COVERAGE_DAYS)
    if days.empty:
        st.caption("No days to cover yet.")
        return
    missed = days[(days["coverage_rate"] < 0.995) & ~days["is_assumed"].astype(bool)]
    if missed.empty:
        st.caption(f"No day of the last {COVERAGE_DAYS} was watched less than wholly.")
        return
    st.caption(
        f"Days of the last {COVERAGE_DAYS} that were not watched wholly. In what was not watched, "
        "tables may have opened that no number here holds."
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Day": [date_words(day, with_year=True) for day in missed["local_date"]],
                "Market": missed["market_id"],
                "Watched": [percent_words(share) for share in missed["coverage_rate"]],
                "Not watched": [
                    formats.seconds_words((row.wall_minutes - row.observed_minutes) * 60)
                    for row in missed.itertuples()
                ],
            }
        ).iloc[::-1],
        hide_index=True,
        key="coverage",
        alt="Days that were not watched wholly",
    )


page()
