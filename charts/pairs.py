"""Prime against off-peak by weekday: two dots a row and the line between them."""

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import WEEKDAYS, duration_short, number_words

ROW_HEIGHT = 28
CLOSE = 0.05  # of the axis: dots whose names would touch


def paired_dots_figure(
    pairs: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unit: str,
    is_duration: bool = False,
) -> Figure:
    """Monday on top; a weekday without one of the two has only the other dot.

    pairs: rows of `weekday` (0 is Monday), `prime`, `off_peak` (numbers; None where undefined).
    unit: of the axis, as in "tables a day". is_duration: the numbers are seconds, on a log axis.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=7 * ROW_HEIGHT,
        margins=Margins(left=44, right=24, top=28, bottom=48),
    )
    known = pairs.dropna(subset=["prime", "off_peak"], how="all") if len(pairs) else pairs
    if known.empty:
        return say_instead(figure, look, "Nothing to compare in this window.")
    words = duration_short if is_duration else number_words
    both = known.dropna(subset=["prime", "off_peak"])
    figure.add_scatter(
        x=[x for row in both.itertuples() for x in (row.prime, row.off_peak, None)],
        y=[y for row in both.itertuples() for y in (row.weekday, row.weekday, None)],
        mode="lines",
        line={"color": look.grid, "width": 4},
        hoverinfo="skip",
    )
    for column, name, color in (
        ("off_peak", "off-peak", look.second),
        ("prime", "prime", look.accent),
    ):
        rows = known[known[column].notna()]
        if rows.empty:
            continue
        values = rows[column].astype(float).tolist()
        figure.add_scatter(
            x=values,
            y=rows["weekday"].tolist(),
            mode="markers",
            marker={"size": 11, "color": color},
            cliponaxis=False,
            name=name,
            customdata=[
                f"{WEEKDAYS[int(weekday)]}, {name}: {words(value)}"
                + ("" if is_duration else f" {unit}")
                for weekday, value in zip(rows["weekday"], values, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    _name_sides(figure, look, known)
    figure.update_yaxes(
        tickvals=list(range(7)), ticktext=[day[:3] for day in WEEKDAYS], range=[6.5, -0.5]
    )
    highest = float(known[["prime", "off_peak"]].max().max())
    figure.update_xaxes(
        title={"text": unit}, showgrid=True, nticks=6, tickangle=0, rangemode="tozero"
    )
    if is_duration:
        ticks = [tick for tick in _steps(highest) if tick <= highest * 1.15]
        figure.update_xaxes(
            tickvals=ticks, ticktext=[duration_short(t) if t else "0" for t in ticks]
        )
    figure.update_xaxes(range=[0, highest * 1.12 if highest else 1])
    return figure


def _steps(highest: float) -> list[float]:
    """From zero in steps of minutes or hours, about five of them."""
    sizes = (60, 300, 600, 900, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 12 * 3600, 86400)
    step = next((size for size in sizes if highest / size <= 5), 86400 * 2)
    return [step * k for k in range(7)]


def _name_sides(figure: Figure, look: Look, known: pd.DataFrame) -> None:
    """Names above the dots of the first row that has both: on the outer side of each."""
    both = known.dropna(subset=["prime", "off_peak"])
    row = (both if len(both) else known).iloc[0]
    is_prime_left = pd.notna(row["prime"]) and (
        pd.isna(row["off_peak"]) or row["prime"] <= row["off_peak"]
    )
    highest = known[["prime", "off_peak"]].max().max()
    are_close = len(both) and abs(row["prime"] - row["off_peak"]) < CLOSE * highest
    inwards = -4 if are_close else 6  # pixels: two names beside one another need their room
    for column, name, color in (
        ("prime", "prime", look.accent),
        ("off_peak", "off-peak", look.second),
    ):
        if pd.isna(row[column]):
            continue
        is_left = is_prime_left if column == "prime" else not is_prime_left
        figure.add_annotation(
            x=float(row[column]),
            y=int(row["weekday"]),
            text=name,
            xanchor="right" if is_left else "left",
            xshift=inwards if is_left else -inwards,
            yanchor="bottom",
            yshift=8,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": color},
        )
