"""What being faster would have saved: alerts lost by so many seconds or fewer."""

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import duration_short, duration_words, number_of

PLOT_HEIGHT = 200
LOWEST_LABEL = 0.15  # share of the height below which there is no room under the curve


def faster_figure(
    saved: pd.DataFrame, look: Look, caption: Caption | None = None, *, marked_seconds: int
) -> Figure:
    """A line that rises with the seconds; the mark is at the seconds that the title names.

    saved: `seconds` (how much faster), `saved` (alerts), rising.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=44, right=24, top=16, bottom=48),
    )
    if saved.empty or not saved["saved"].any():
        return say_instead(
            figure, look, "No alert was lost to a table that went just before the user acted."
        )
    highest = int(saved["saved"].max())
    figure.add_scatter(
        x=saved["seconds"].tolist(),
        y=saved["saved"].tolist(),
        mode="lines+markers",
        line={"color": look.accent, "width": 2.25},
        marker={"size": 6, "color": look.accent},
        customdata=[
            f"{duration_words(row.seconds)} faster: {number_of(int(row.saved), 'alert')} in time"
            for row in saved.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    marked = saved[saved["seconds"] == marked_seconds]
    if len(marked):
        count = int(marked["saved"].iloc[0])
        figure.add_shape(
            type="line",
            x0=marked_seconds,
            x1=marked_seconds,
            y0=0,
            y1=count,
            line={"color": look.context, "width": 1, "dash": "dot"},
        )
        figure.add_annotation(
            x=marked_seconds,
            y=count,
            text=f"{duration_short(marked_seconds)}: {number_of(count, 'alert')}",
            # Below the curve, which rises: to the left it would lie on the axis.
            xanchor="left",
            yanchor="top" if count > LOWEST_LABEL * highest else "bottom",
            xshift=6,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.accent},
        )
    ticks = [s for s in (0, 60, 120, 180, 240, 300) if s <= saved["seconds"].max()]
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[duration_short(tick) if tick else "0" for tick in ticks],
        title={"text": "faster at the next step"},
        range=[-4, int(saved["seconds"].max()) + 4],
    )
    figure.update_yaxes(range=[0, highest * 1.15], showgrid=True, nticks=5)
    return figure
