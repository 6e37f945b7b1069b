"""A venue's release clock: at what time of day its tables open, releases apart."""

import numpy as np

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.release_clock import ReleaseClock
from metrics.wording import number_of, time_words

PLOT_HEIGHT = 130
BIN_MINUTES = 15


def clock_figure(
    opened_minutes: np.ndarray,
    clock: ReleaseClock | None,
    look: Look,
    caption: Caption | None = None,
) -> Figure:
    """Bars over the day in quarters of an hour, the usual release marked.

    opened_minutes: local minute of the day of each drop, in the order of `clock.is_release`.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=32, right=16, top=28, bottom=32),
    )
    if clock is None or not len(opened_minutes):
        return say_instead(figure, look, "No table was seen to open in this window.")
    edges = np.arange(0, 1441, BIN_MINUTES)
    highest = 1
    bottoms = np.zeros(len(edges) - 1, dtype=int)
    for is_release, name, color in (
        (True, "scheduled", look.accent),
        (False, "other", look.context),
    ):
        counts, _ = np.histogram(opened_minutes[clock.is_release == is_release], bins=edges)
        bottoms = bottoms + counts
        figure.add_bar(
            x=(edges[:-1] + BIN_MINUTES / 2).tolist(),
            y=counts.tolist(),
            width=BIN_MINUTES,
            marker={"color": color, "line": {"width": 0}},
            name=name,
            customdata=[
                f"{time_words(*divmod(int(edge), 60))}: {number_of(int(count), 'table')}"
                for edge, count in zip(edges[:-1], counts, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    highest = max(int(bottoms.max()), 1)
    if clock.usual_minute is not None:
        is_late = clock.usual_minute > 720
        figure.add_annotation(
            x=clock.usual_minute,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="right" if is_late else "left",
            text=f"releases at {time_words(*divmod(clock.usual_minute, 60))}",
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.accent},
        )
    ticks = list(range(0, 1441, 240))
    figure.update_layout(barmode="stack", bargap=0)
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[time_words(tick // 60 % 24) for tick in ticks],
        range=[0, 1440],
        tickangle=0,
        ticklabelstandoff=6,
    )
    figure.update_yaxes(range=[0, highest * 1.05], nticks=3, showgrid=True, tickformat=",d")
    return figure
