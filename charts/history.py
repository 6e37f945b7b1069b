"""A venue's days: drops and prime drops a day, gaps where nobody watched, today dashed."""

from datetime import date, timedelta

import pandas as pd

from charts.annotations import bands_of, draw_bands, room_above
from charts.days import date_axis, draw_unfinished, stand_alone
from charts.figure import Figure
from charts.gaps import draw_gaps, is_gap
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import date_words, number_of, percent_words

PLOT_HEIGHT = 220


def history_figure(
    history: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unfinished: date | None = None,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """Two lines over days, labelled at their ends.

    history: one row a local day in order, with `window_date`, `new_drop_count`,
        `prime_time_drops` and `coverage_rate` (None where coverage is not known).
    unfinished: the day that is not over yet; the way to it is dashed.
    annotations: as of `charts.annotations`.
    """
    bands = (
        bands_of(annotations, history["window_date"].iloc[0], len(history)) if len(history) else []
    )
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=36, right=72, top=8 + room_above(bands), bottom=32),
    )
    if history.empty:
        return say_instead(figure, look, "No drops were seen on these days.")
    days = pd.to_datetime(history["window_date"])
    draw_bands(figure, look, bands, lambda at: days.iloc[0] + timedelta(days=at))
    gap = is_gap(history)
    is_unfinished = days == pd.Timestamp(unfinished) if unfinished else days != days
    draw_gaps(figure, look, [day.date() for day in days[gap]])
    for column, name, color, width in (
        ("new_drop_count", "all tables", look.context, 2.0),
        ("prime_time_drops", "prime", look.accent, 2.5),
    ):
        counts = history[column].astype("Float64").mask(gap)
        finished = counts.mask(is_unfinished)
        _draw_line(figure, days, finished, history, color, width, name)
        draw_unfinished(figure, days, counts, is_unfinished, color, width)
    highest = max(int(history["new_drop_count"].max()), 1)
    _label_ends(figure, look, history[~gap.to_numpy()], highest)
    date_axis(figure, days)
    figure.update_yaxes(rangemode="tozero", range=[0, highest * 1.1], showgrid=True, nticks=5)
    if highest < 5:
        figure.update_yaxes(dtick=1)
    return figure


def _draw_line(
    figure: Figure,
    days: pd.Series,
    counts: pd.Series,
    history: pd.DataFrame,
    color: str,
    width: float,
    name: str,
) -> None:
    """A line with breaks; a day between two gaps is seen by its dot."""
    figure.add_scatter(
        x=days.tolist(),
        y=[None if pd.isna(count) else int(count) for count in counts],
        mode="lines+markers",
        line={"color": color, "width": width},
        marker={"size": [6 if alone else 0 for alone in stand_alone(counts)], "color": color},
        connectgaps=False,
        name=name,
        customdata=[
            f"{date_words(row.window_date)}: {number_of(int(row.new_drop_count), 'table')} opened, "
            f"{int(row.prime_time_drops)} of them prime{_coverage_words(row.coverage_rate)}"
            for row in history.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _label_ends(figure: Figure, look: Look, seen: pd.DataFrame, highest: int) -> None:
    """Names at the lines' last points, kept apart where these lie at about the same height."""
    if seen.empty:
        return
    last = seen.iloc[-1]
    all_tables, prime = int(last["new_drop_count"]), int(last["prime_time_drops"])
    apart = 14 if (all_tables - prime) / highest < 0.08 else 0
    above = 6 if prime / highest < 0.04 else 0  # of the last day's name below the axis
    for name, at, shift, color in (
        ("all tables", all_tables, apart + above if apart else 0, look.muted),
        ("prime", prime, above, look.accent),
    ):
        figure.add_annotation(
            text=name,
            x=1,
            xref="paper",
            y=at,
            xanchor="left",
            xshift=6,
            yshift=shift,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": color},
        )


def _coverage_words(coverage: float | None) -> str:
    if coverage is None or pd.isna(coverage):
        return ""
    return f"; watched {percent_words(float(coverage))} of the day"
