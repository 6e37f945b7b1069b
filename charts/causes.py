"""Why alerts fail: a bar for each kind of loss; together they are all losses."""

import pandas as pd

from charts.figure import Figure
from charts.look import Caption, Look, Margins, new_figure, say_instead
from metrics.wording import count_words, number_of, percent_words

ROW_HEIGHT = 34
KIND_WORDS = {
    "never_opened": "never opened; gone",
    "opened_too_late": "opened too late",
    "never_tapped": "never tapped; gone",
    "tapped_too_late": "tapped too late",
    "never_confirmed": "not confirmed; gone",
    "still_there": "still there",
    "unknown": "not known",
}


def _colors(look: Look) -> dict[str, str]:
    """Whoever acted, but too late, in the strongest one; who never did, paler; the rest grey."""
    never = look.tint(look.second, 0.55)
    return {
        "never_opened": never,
        "opened_too_late": look.second,
        "never_tapped": never,
        "tapped_too_late": look.second,
        "never_confirmed": never,
        "still_there": look.context,
        "unknown": look.tint(look.context, 0.4),
    }


def causes_figure(
    kinds: pd.DataFrame, look: Look, caption: Caption | None = None, *, empty: str
) -> Figure:
    """Kinds from top to bottom as given, with count and share of all losses at the bar's end.

    kinds: `kind`, `alerts`. empty: what is said where nothing was lost.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=len(KIND_WORDS) * ROW_HEIGHT,
        margins=Margins(left=148, right=96, top=8, bottom=8),
    )
    total = int(kinds["alerts"].sum()) if len(kinds) else 0
    if not total:
        return say_instead(figure, look, empty)
    colors = _colors(look)
    figure.add_bar(
        x=kinds["alerts"].tolist(),
        y=list(range(len(kinds))),
        orientation="h",
        width=0.62,
        marker={"color": [colors[kind] for kind in kinds["kind"]]},
        customdata=[
            f"{KIND_WORDS[row.kind]}: {number_of(int(row.alerts), 'alert')} of {count_words(total)}"
            for row in kinds.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for place, row in enumerate(kinds.itertuples()):
        figure.add_annotation(
            x=int(row.alerts),
            y=place,
            text=f"{count_words(int(row.alerts))} ({percent_words(row.alerts / total)})",
            xanchor="left",
            xshift=6,
            showarrow=False,
        )
    figure.update_xaxes(visible=False, range=[0, int(kinds["alerts"].max())])
    figure.update_yaxes(
        tickvals=list(range(len(kinds))),
        ticktext=[KIND_WORDS[kind] for kind in kinds["kind"]],
        tickfont={"color": look.text},
        ticklabelstandoff=6,
        range=[len(kinds) - 0.5, -0.5],
    )
    return figure
