"""The funnel of alerts: a bar for each step, what was lost before it split by what became of the
table, and what has not settled hatched apart."""

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead, text_on
from metrics.wording import count_words, number_of, percent_words

ROW_HEIGHT = 64
BAR = 0.5  # of a row: the step rate stands in the rest
STEP_NAMES = {"sent": "sent", "opened": "opened", "tapped": "tapped", "booked": "booked"}
CAUSE_WORDS = {
    "gone_before_opened": "gone before opened",
    "gone_before_tap": "gone before tap",
    "gone_before_confirm": "gone before confirm",
    "still_there": "still there, ignored",
    "unknown": "not known",
}
# Of a step's losses, in few words: the step itself is named before them.
FATE_WORDS = {"gone": "gone", "still_there": "still there", "unknown": "not known"}
SHORTEST_LABEL = 0.2  # share of the width from which on a part is named in the picture


def fate_colors(look: Look) -> dict[str, str]:
    """The colour of what became of a table: what is known in stronger ones."""
    return {
        "gone": look.second,
        "still_there": look.context,
        "unknown": look.tint(look.context, 0.4),
    }


def funnel_figure(
    steps: pd.DataFrame,
    lost: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    unsettled: int,
) -> Figure:
    """Steps from top to bottom; each bar and the losses beside it are as long as the bar above.

    steps: a row for each of sent, opened, tapped, booked: `step`, `count` (settled alerts),
        `step_rate` (share of the step before; None of none). lost: `step` (the one not reached),
        `fate` (of the table), `alerts`. unsettled: alerts whose window has not passed.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=4 * ROW_HEIGHT,
        margins=Margins(left=64, right=16, top=8, bottom=32),
    )
    counts = dict(zip(steps["step"], steps["count"].astype(int), strict=True))
    widest = counts.get("sent", 0) + unsettled
    if not widest:
        return say_instead(figure, look, "No alert was sent in this window.")
    names = list(STEP_NAMES)
    figure.add_bar(
        x=[counts[name] for name in names],
        y=list(range(4)),
        orientation="h",
        width=BAR,
        marker={"color": look.accent},
        customdata=[
            f"{STEP_NAMES[name]}: {number_of(counts[name], 'settled alert')}" for name in names
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    begins = [counts[name] for name in names]
    colors = fate_colors(look)
    for fate, color in colors.items():
        of_fate = lost[lost["fate"] == fate].groupby("step")["alerts"].sum()
        alerts = [int(of_fate.get(name, 0)) for name in names]
        _fate(figure, begins, alerts, fate, color, widest)
        begins = [begin + more for begin, more in zip(begins, alerts, strict=True)]
    for row, name in enumerate(names):
        _count(figure, look, row, counts[name], widest)
    _rates(figure, look, steps, widest)
    _unsettled(figure, look, counts["sent"], unsettled)
    _legend(figure, look, colors)
    figure.update_layout(barmode="stack", bargap=0)
    figure.update_xaxes(visible=False, range=[0, widest])
    figure.update_yaxes(
        tickvals=list(range(4)),
        ticktext=[STEP_NAMES[name] for name in names],
        tickfont={"color": look.text},
        ticklabelstandoff=6,
        range=[3 + BAR, -BAR],
    )
    return figure


def _fate(
    figure: Figure, begins: list[int], alerts: list[int], fate: str, color: str, widest: int
) -> None:
    """What was lost on the way to each step and whose table met this fate, beside that row's bar;
    named where it fits."""
    names = list(STEP_NAMES.values())
    figure.add_bar(
        x=alerts,
        y=list(range(4)),
        orientation="h",
        width=BAR,
        marker={"color": color},
        customdata=[
            f"not {name}, {FATE_WORDS[fate]}: {number_of(count, 'alert')}"
            for name, count in zip(names, alerts, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for row, (begin, count) in enumerate(zip(begins, alerts, strict=True)):
        if count >= SHORTEST_LABEL * widest:
            figure.add_annotation(
                x=begin + count / 2,
                y=row,
                text=f"not {names[row]},<br>{FATE_WORDS[fate]} {count_words(count)}",
                showarrow=False,
                font={"size": SMALL_SIZE - 1, "color": text_on(color)},
            )


def _legend(figure: Figure, look: Look, colors: dict[str, str]) -> None:
    """Under the picture, since most parts are too short for their names."""
    figure.add_annotation(
        text="lost: "
        + "  ".join(
            f"<span style='color:{color}'>■</span> {FATE_WORDS[fate]}"
            for fate, color in colors.items()
        ),
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        xanchor="left",
        yanchor="top",
        yshift=-6,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )


def _count(figure: Figure, look: Look, row: int, count: int, widest: int) -> None:
    """The step's count: in its bar, or above the bar's end where that is too short."""
    is_inside = count >= 0.12 * widest
    figure.add_annotation(
        x=0,
        y=row if is_inside else row - BAR / 2,
        text=count_words(count),
        xanchor="left",
        xshift=6 if is_inside else 0,
        yanchor="middle" if is_inside else "bottom",
        showarrow=False,
        font={"color": text_on(look.accent) if is_inside else look.accent},
    )


def _rates(figure: Figure, look: Look, steps: pd.DataFrame, widest: int) -> None:
    """Between two bars: how many of the step above went on."""
    for row, step in enumerate(steps.itertuples()):
        if row == 0 or step.step_rate is None or pd.isna(step.step_rate):
            continue
        is_under_count = int(step.count) < 0.12 * widest
        figure.add_annotation(
            x=0,
            y=row - 0.5,
            text=f"↓ {percent_words(float(step.step_rate))}",
            xanchor="left",
            xshift=48 if is_under_count else 6,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted},
        )


def _unsettled(figure: Figure, look: Look, begin: int, unsettled: int) -> None:
    """Hatched beside the first bar: their window has not passed."""
    if not unsettled:
        return
    end = begin + unsettled
    figure.add_bar(
        x=[unsettled, 0, 0, 0],
        y=list(range(4)),
        orientation="h",
        width=BAR,
        marker={"color": look.tint(look.accent, 0.12)},
        customdata=[f"not settled yet: {number_of(unsettled, 'alert')}"] * 4,
        hovertemplate="%{customdata}<extra></extra>",
    )
    stroke = end / 60
    at = float(begin)
    while at < end:
        to = min(at + stroke, end)
        figure.add_shape(
            type="line",
            x0=at,
            x1=to,
            y0=BAR / 2,
            y1=BAR / 2 - BAR * (to - at) / stroke,
            line={"color": look.accent, "width": 1},
        )
        at += stroke / 2
    figure.add_annotation(
        x=end,
        y=BAR / 2,
        text=f"not settled: {count_words(unsettled)}",
        xanchor="right",
        yanchor="top",
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )
