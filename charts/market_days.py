"""Is the market out of the ordinary? Drops a day against the band of the same weekday before."""

from datetime import date, timedelta

import pandas as pd

from charts.annotations import bands_of, draw_bands, room_above
from charts.days import date_axis, draw_unfinished, stand_alone
from charts.figure import Figure
from charts.gaps import draw_gaps, is_gap
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import date_words, number_of, number_words, percent_words, window_words

PLOT_HEIGHT = 260


def market_days_figure(
    days: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unfinished: date | None = None,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """A line over days inside its band; spikes are labelled, gaps left open.

    days: one row a local day in order, with `window_date`, `drops`, `usual`, `lowest`, `highest`
        (of the same weekday before; None where too few were watched), `is_spike`, `coverage_rate`
        (None where not known).
    unfinished: the day that is not over yet; the way to it is dashed.
    annotations: as of `charts.annotations`.
    """
    bands = bands_of(annotations, days["window_date"].iloc[0], len(days)) if len(days) else []
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=40, right=56, top=24 + room_above(bands), bottom=32),
    )
    if days.empty:
        return say_instead(figure, look, "No drops were seen on these days.")
    x = pd.to_datetime(days["window_date"])
    draw_bands(figure, look, bands, lambda at: x.iloc[0] + timedelta(days=at))
    gap = is_gap(days)
    draw_gaps(figure, look, [day.date() for day in x[gap]])
    _draw_band(figure, look, days, x)
    counts = days["drops"].astype("Float64").mask(gap.to_numpy())
    is_unfinished = x == pd.Timestamp(unfinished) if unfinished else x != x
    finished = counts.mask(is_unfinished.to_numpy())
    figure.add_scatter(
        x=x.tolist(),
        y=[None if pd.isna(count) else float(count) for count in finished],
        mode="lines+markers",
        line={"color": look.accent, "width": 2.25},
        marker={
            "size": [6 if alone else 0 for alone in stand_alone(finished)],
            "color": look.accent,
        },
        connectgaps=False,
        customdata=[_words(row) for row in days.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    draw_unfinished(figure, x, counts, is_unfinished, look.accent, 2.25)
    highest = max(float(counts.max(skipna=True) or 0), _top(days), 1.0)
    _label_spikes(figure, look, x, days[days["is_spike"].astype(bool) & ~gap.to_numpy()])
    _name_lines(figure, look, days, counts)
    date_axis(figure, x)
    figure.update_yaxes(range=[0, highest * 1.14], showgrid=True, nticks=5, tickformat=",")
    return figure


def _draw_band(figure: Figure, look: Look, days: pd.DataFrame, x: pd.Series) -> None:
    """The range of the same weekday before, and its middle; broken where too little is known."""
    lowest, highest, usual = (
        [None if pd.isna(value) else float(value) for value in days[name]]
        for name in ("lowest", "highest", "usual")
    )
    for start, stop in _runs([value is not None for value in usual]):
        part = slice(start, stop)
        figure.add_scatter(
            x=[*x.iloc[part], *x.iloc[part][::-1]],
            y=[*highest[part], *lowest[part][::-1]],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=look.tint(look.context, 0.2),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=x.tolist(),
        y=usual,
        mode="lines",
        line={"color": look.context, "width": 1.25},
        hoverinfo="skip",
        connectgaps=False,
    )


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """Stretches of true entries, as (start, stop)."""
    edges = [
        k
        for k in range(len(flags) + 1)
        if (k < len(flags) and flags[k]) != (k > 0 and flags[k - 1])
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _top(days: pd.DataFrame) -> float:
    top = days["highest"].astype("Float64").max(skipna=True)
    return 0.0 if pd.isna(top) else float(top)


def _label_spikes(figure: Figure, look: Look, x: pd.Series, spikes: pd.DataFrame) -> None:
    """A dot for each and a label for each stretch of them, towards the middle of the picture."""
    third = (x.iloc[-1] - x.iloc[0]) / 3
    figure.add_scatter(
        x=pd.to_datetime(spikes["window_date"]).tolist(),
        y=spikes["drops"].tolist(),
        mode="markers",
        marker={"size": 9, "color": look.accent, "line": {"color": look.page, "width": 1.5}},
        hoverinfo="skip",
    )
    for run in stretches(spikes):
        highest = run.loc[run["drops"].idxmax()]
        first, last = run["window_date"].iloc[0], run["window_date"].iloc[-1]
        at = pd.Timestamp(highest["window_date"])
        anchor = "center"
        if at < x.iloc[0] + third:
            anchor = "left"
        elif at > x.iloc[-1] - third:
            anchor = "right"
        amount = f"{int(highest['drops']):,}"
        figure.add_annotation(
            x=at,
            xanchor=anchor,
            y=highest["drops"],
            text=window_words(first, last)
            + (f": {amount}" if first == last else f": up to {amount}"),
            yanchor="bottom",
            yshift=6,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.accent},
        )


def stretches(days: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows in stretches of consecutive days, so that each gets one label."""
    number = pd.Series([day.toordinal() for day in days["window_date"]], index=days.index)
    return [run for _, run in days.groupby((number.diff() > 1).cumsum())]


def _name_lines(figure: Figure, look: Look, days: pd.DataFrame, counts: pd.Series) -> None:
    """Names at the right end, kept apart."""
    seen, usual = counts.dropna(), days["usual"].dropna()
    names = []
    if len(seen):
        names.append(("opened", float(seen.iloc[-1]), look.accent))
    if len(usual):
        names.append(("usual", float(usual.iloc[-1]), look.muted))
    names.sort(key=lambda name: -name[1])
    is_close = len(names) == 2 and names[0][1] - names[1][1] < 0.07 * max(names[0][1], 1.0)
    for position, (name, at, color) in enumerate(names):
        shift = (8, -8)[position] if is_close else 0
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


def _words(row: object) -> str:
    day = row.window_date  # type: ignore[attr-defined]
    drops, usual = row.drops, row.usual  # type: ignore[attr-defined]
    coverage = row.coverage_rate  # type: ignore[attr-defined]
    text = f"{date_words(day)}: {number_of(int(drops), 'table')} opened"
    if pd.notna(usual):
        text += f", {number_words(float(usual))} are usual"
    if pd.notna(coverage):
        text += f"; watched {percent_words(float(coverage))} of the day"
    return text
