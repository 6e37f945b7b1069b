"""Which nights there are tables for right now: bars by the table's day, prime apart."""

from datetime import date, timedelta

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import count_words, date_words, number_of

PLOT_HEIGHT = 180
FEWEST_DAYS = 7  # columns, so that a single night does not fill the figure


def nights_figure(
    nights: pd.DataFrame, look: Look, caption: Caption | None = None, *, first: date
) -> Figure:
    """Stacked bars, prime below, from `first` through the last night with a table.

    nights: one row a night with `slot_date`, `prime`, `off_peak` (tables that are open).
    """
    figure = new_figure(
        look, caption, plot_height=PLOT_HEIGHT, margins=Margins(top=24, left=8, right=8, bottom=40)
    )
    if nights.empty:
        return say_instead(figure, look, "No table is open at the moment.")
    counts = nights.set_index("slot_date")[["prime", "off_peak"]]
    last = max(counts.index.max(), first + timedelta(days=FEWEST_DAYS - 1))
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    counts = counts.reindex(days, fill_value=0)
    for column, name, color in (
        ("prime", "prime", look.accent),
        ("off_peak", "off-peak", look.context),
    ):
        figure.add_bar(
            x=list(range(len(days))),
            y=counts[column].tolist(),
            name=name,
            marker={"color": color, "line": {"width": 0}},
            customdata=[
                f"{date_words(day)}: {number_of(int(row.prime), 'prime table')}, "
                f"{number_of(int(row.off_peak), 'other')}"
                for day, row in zip(days, counts.itertuples(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    totals = counts.sum(axis=1).tolist()
    highest = max(max(totals), 1)
    for position, total in enumerate(totals):
        figure.add_annotation(
            x=position,
            y=total,
            text=count_words(int(total)),
            yanchor="bottom",
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted if total else look.context},
        )
    figure.update_layout(barmode="stack", bargap=0.25)
    step = -(-len(days) // 7)
    ticks = [position for position in range(len(days)) if position % step == 0]
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[f"{days[k]:%a}<br>{days[k]:%b} {days[k].day}".replace("  ", " ") for k in ticks],
        tickangle=0,
        range=[-0.6, len(days) - 0.4],
    )
    figure.update_yaxes(visible=False, range=[0, highest * 1.15])
    return figure
