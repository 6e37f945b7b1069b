"""What is true in a simulated world, computed from its parameters and not from its events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from metrics.catchable import effective_reaction_seconds
from metrics.scarcity import scarcity_score
from pipeline.simulate.model import (
    PARTY_SHARES,
    SLOT_IS_PRIME,
    Floats,
    Model,
)
from pipeline.simulate.world import HORIZON_DAYS, Venue, World

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_SECONDS = 1e9
_PHASE_POINTS = 400

Survival = Callable[[float | Floats], Floats]


def truth(
    world: World,
    start_date: date | None = None,
    end_date: date | None = None,
    reaction_seconds: float = 60,
) -> pd.DataFrame:
    """The truth of each venue over the local opening days start_date <= day < end_date.

    Without dates, from the world's first date to its origin. One row a venue:

    - `drops_per_week`, `prime_drops_per_week`: tables that open, seen or not, trend and spikes in;
      `drops_per_week_for_mon` ... `_sun` by the date they are for.
    - `seen_share`, `prime_seen_share`: the part that is still open at the next poll.
    - `median_open_seconds`, `median_prime_open_seconds`: until taken, untaken ones counted as
      longer than any; missing where half are never taken.
    - `median_observed_seconds`: the same of what a poller sees: whole poll intervals, of seen
      drops. This is what an estimate from the events should meet.
    - `catchable_per_week`: prime tables for two a week that are still open `reaction_seconds` (or
      one poll interval, if longer) after the poll that found them; `scarcity_score` from it.
    - `trend_per_week`: change of the log rate a week.
    - `release_minute`, `release_lead_days`, `untaken_share`: as set.

    Outages are left out of all of it: they hide drops, they do not change the venue. Raises
    ValueError for an empty window.
    """
    start_date = start_date or world.first_date
    end_date = end_date or world.origin
    if not world.first_date <= start_date < end_date:
        raise ValueError("the window is empty or begins before the world does")
    model = Model(world)
    by_weekday = _weekly_drops(model, start_date, end_date)
    reaction = effective_reaction_seconds(reaction_seconds, world.poll_interval_seconds)
    rows = []
    for position, venue in enumerate(world.venues):
        prime_share = float(model.slot_shares[position, SLOT_IS_PRIME].sum())
        prime, overall = _survival(venue, 1.0), _survival(venue, prime_share)
        per_week = float(by_weekday[position].sum())
        found = _after_poll(prime, world.poll_interval_seconds)
        catchable = per_week * prime_share * float(PARTY_SHARES[0] * found(reaction))
        rows.append(
            {
                "venue_id": venue.venue_id,
                "name": venue.name,
                "profile": venue.profile,
                "drops_per_week": per_week,
                "prime_drops_per_week": per_week * prime_share,
                "seen_share": float(_after_poll(overall, world.poll_interval_seconds)(0.0)),
                "prime_seen_share": float(found(0.0)),
                "median_open_seconds": _median(overall),
                "median_prime_open_seconds": _median(prime),
                "median_observed_seconds": _median_observed(overall, world.poll_interval_seconds),
                "catchable_per_week": catchable,
                "scarcity_score": scarcity_score(catchable),
                "untaken_share": venue.untaken_share,
                "trend_per_week": venue.trend_per_week,
                "release_minute": venue.release_minute,
                "release_lead_days": venue.release_lead_days,
                **{
                    f"drops_per_week_for_{name}": float(rate)
                    for name, rate in zip(WEEKDAYS, by_weekday[position], strict=True)
                },
            }
        )
    return pd.DataFrame(rows)


def _weekly_drops(model: Model, start_date: date, end_date: date) -> Floats:
    """Expected drops a week by the weekday they are for: shape (venues, 7)."""
    n_days = (end_date - start_date).days
    opening_weight = np.zeros((len(model.world.venues), 7))
    for ahead in range(n_days):
        day = start_date + timedelta(days=ahead)
        opening_weight[:, day.weekday()] += model.multipliers(day)
    expected = np.zeros_like(opening_weight)
    venues = np.arange(len(expected))
    for opened_on in range(7):
        weight = opening_weight[:, opened_on]
        released_for = (opened_on + model.release_lead) % 7
        expected[venues, released_for] += (
            weight * model.release_rate * model.factors[venues, released_for]
        )
        for lead in range(HORIZON_DAYS):
            cancelled_for = (opened_on + lead) % 7
            expected[:, cancelled_for] += weight * model.cancel_leads[:, opened_on, lead]
    return expected * 7 / n_days


def _survival(venue: Venue, prime_share: float) -> Survival:
    """The share of drops still open after some seconds, for a mix of prime and off-peak."""

    def still_open(seconds: float | Floats) -> Floats:
        log_seconds = np.log(np.maximum(seconds, 1e-9))
        taken = [
            ndtr((log_seconds - np.log(venue.median_seconds * stretch)) / venue.log_sd)
            for stretch in (1.0, venue.off_peak_stretch)
        ]
        gone = prime_share * taken[0] + (1 - prime_share) * taken[1]
        return np.asarray(1 - (1 - venue.untaken_share) * gone)

    return still_open


def _after_poll(still_open: Survival, poll_interval_seconds: int) -> Survival:
    """The share still open some seconds after the first poll, which comes at an even phase."""
    phases = (np.arange(_PHASE_POINTS) + 0.5) / _PHASE_POINTS * poll_interval_seconds

    def share(seconds: float | Floats) -> Floats:
        return np.asarray(still_open(phases + seconds).mean())

    return share


def _median(still_open: Survival) -> float | None:
    """Where half are gone, None if that never comes."""
    if still_open(_LONGEST_SECONDS) > 0.5:
        return None
    return float(brentq(lambda t: float(still_open(t)) - 0.5, 1e-6, _LONGEST_SECONDS))


def _median_observed(still_open: Survival, poll_interval_seconds: int) -> float | None:
    """The median in whole poll intervals, of the drops a poll has seen."""
    share = _after_poll(still_open, poll_interval_seconds)
    seen = share(0.0)
    median = _median(lambda seconds: share(seconds) / seen)
    return (
        None
        if median is None
        else float(np.ceil(median / poll_interval_seconds)) * (poll_interval_seconds)
    )
