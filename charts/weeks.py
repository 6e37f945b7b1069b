"""This week against the last: tables a day, weekday under weekday, what is not over yet dashed."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from charts.annotations import Band, bands_of, draw_bands, room_above
from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import WEEKDAYS, number_of, number_words

PLOT_HEIGHT = 200
LEFT, RIGHT = -0.3, 6.3  # ends of the axis, in days from Monday


def weeks_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unfinished_weekday: int | None = None,
    monday: date | None = None,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """Three lines from Monday to Sunday, named at their ends; days nobody watched are gaps.

    weeks: seven rows of `weekday` (0 is Monday), `this_week`, `last_week`, `usual` (tables a day;
        None where not there yet or not watched).
    unfinished_weekday: the day of this week that is not over; the way to it is dashed.
    monday: of this week. annotations: as of `charts.annotations`, on days of either week.
    """
    bands = _bands(annotations, monday) if monday is not None and len(weeks) else []
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=40, right=76, top=16 + room_above(bands), bottom=32),
    )
    names = (
        ("usual", "usual", look.context, 1.5),
        ("last_week", "week before", look.second, 2.0),
        ("this_week", "this week", look.accent, 2.5),
    )
    values = weeks[[column for column, *_ in names]].astype("Float64") if len(weeks) else None
    if values is None or values.isna().all().all():
        return say_instead(figure, look, "No drops were seen in these two weeks.")
    draw_bands(figure, look, bands, lambda at: min(max(at, LEFT), RIGHT))
    highest = max(float(values.max().max()), 1.0)
    ends: list[tuple[float, float, str, str]] = []
    for column, name, color, width in names:
        counts: list[float | None] = [None if pd.isna(n) else float(n) for n in values[column]]
        solid = list(counts)
        is_dashed = column == "this_week" and unfinished_weekday is not None
        if is_dashed:
            assert unfinished_weekday is not None
            solid[unfinished_weekday] = None
            part = slice(max(unfinished_weekday - 1, 0), unfinished_weekday + 1)
            figure.add_scatter(
                x=list(range(7))[part],
                y=counts[part],
                mode="lines+markers",
                line={"color": color, "width": width, "dash": "dot"},
                marker={"size": 6, "symbol": "circle-open", "color": color},
                hovertemplate=f"{WEEKDAYS[unfinished_weekday]}, so far: %{{y:,}}<extra></extra>",
            )
        figure.add_scatter(
            x=list(range(7)),
            y=solid,
            mode="lines+markers",
            line={"color": color, "width": width},
            marker={"size": 5, "color": color},
            connectgaps=False,
            customdata=[
                ""
                if count is None
                else f"{WEEKDAYS[day]}, {name}: "
                + (
                    f"about {number_words(count)} tables a day"
                    if column == "usual"
                    else number_of(int(count), "table")
                )
                for day, count in enumerate(solid)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        seen = [(day, count) for day, count in enumerate(counts) if count is not None]
        if seen:
            ends.append((seen[-1][0], seen[-1][1], name, color))
    _name_ends(figure, look, ends, values)
    figure.update_xaxes(
        tickvals=list(range(7)), ticktext=[day[:3] for day in WEEKDAYS], range=[LEFT, RIGHT]
    )
    figure.update_yaxes(range=[0, highest * 1.12], showgrid=True, nticks=4, tickformat=",")
    return figure


def _bands(annotations: pd.DataFrame | None, monday: date) -> Sequence[Band]:
    """Both weeks' annotations over the same seven days; those of the week before say so."""
    if annotations is None:
        return []
    week = timedelta(days=7)
    before = annotations[annotations["first_date"] < monday]
    moved = before.assign(
        first_date=[day + week for day in before["first_date"]],
        last_date=[min(day, monday - timedelta(days=1)) + week for day in before["last_date"]],
        text=[f"{text} (week before)" for text in before["text"]],
    )
    return bands_of(pd.concat([annotations, moved]), monday, 7)


def _name_ends(
    figure: Figure,
    look: Look,
    ends: list[tuple[float, float, str, str]],
    values: pd.DataFrame,
) -> None:
    """Names at the right of lines that reach Sunday; of those that do not above their end, or
    below it where another line runs above."""
    highest = max(float(values.max().max()), 1.0)
    placed: list[float] = []
    for day, count, name, color in sorted(ends, key=lambda end: -end[1]):
        at = count
        if day == 6:
            for other in placed:
                if other - at < 0.09 * highest:
                    at = other - 0.09 * highest
            placed.append(at)
        is_topmost = count >= float(values.iloc[int(day)].max())
        figure.add_annotation(
            text=name,
            x=day,
            y=max(at, 0),
            xanchor="left" if day == 6 else "center",
            yanchor="middle" if day == 6 else "bottom" if is_topmost else "top",
            xshift=8 if day == 6 else 0,
            yshift=0 if day == 6 else 8 if is_topmost else -8,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted if color == look.context else color},
        )
