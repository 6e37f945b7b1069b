"""Lead time: how many days ahead tables open, prime apart."""

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import number_of, percent_words

PLOT_HEIGHT = 180


def lead_time_figure(leads: pd.DataFrame, look: Look, caption: Caption | None = None) -> Figure:
    """Bars by days between opening and table, stacked, prime below.

    leads: one row a lead with `lead_days` (0 and up), `drops`, `prime_time_drops`.
    """
    figure = new_figure(
        look, caption, plot_height=PLOT_HEIGHT, margins=Margins(left=40, right=8, top=16, bottom=48)
    )
    opened = int(leads["drops"].sum()) if len(leads) else 0
    if opened == 0:
        return say_instead(figure, look, "No table opened in this window.")
    counts = leads.set_index("lead_days")[["drops", "prime_time_drops"]]
    days = list(range(int(counts.index.max()) + 1))
    counts = counts.reindex(days, fill_value=0)
    off_peak = counts["drops"] - counts["prime_time_drops"]
    for values, name, color in (
        (counts["prime_time_drops"], "prime", look.accent),
        (off_peak, "off-peak", look.context),
    ):
        figure.add_bar(
            x=days,
            y=[int(value) for value in values],
            name=name,
            marker={"color": color, "line": {"width": 0}},
            customdata=[
                f"{_ahead(day)}: {number_of(int(row.drops), 'table')} "
                f"({percent_words(row.drops / opened)}), {int(row.prime_time_drops)} of them prime"
                for day, row in zip(days, counts.itertuples(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.2)
    # Each name at the bar that has most of it: there is room for it above.
    busiest = int(counts["drops"].idxmax())
    figure.add_annotation(
        x=busiest,
        y=int(counts["drops"].max()),
        text=f"<span style='color:{look.accent}'>prime</span> below, off-peak above",
        xanchor="right" if busiest > len(days) / 2 else "left",
        xshift=14 if busiest > len(days) / 2 else -14,
        yanchor="bottom",
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )
    step = next(step for step in (1, 2, 7, 14, 28, 1000) if len(days) / step <= 16)
    figure.update_xaxes(
        tickvals=days[::step],
        ticktext=["same day" if day == 0 and step > 1 else str(day) for day in days[::step]],
        range=[-0.6, max(len(days), 7) - 0.4],
        title={"text": "days ahead"},
        tickangle=0,
    )
    figure.update_yaxes(showgrid=True, nticks=4, rangemode="tozero", tickformat=",")
    return figure


def _ahead(days: int) -> str:
    return "For the same day" if days == 0 else f"{number_of(days, 'day').capitalize()} ahead"
