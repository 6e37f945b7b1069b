"""The dashboard: its pages by group. Streamlit runs this file anew for each reader's every step."""

import logging

import streamlit as st

from dashboard import access, data, memory, parts
from dashboard.access import ALL, EDITORS, FOUNDERS
from db.insights import DATABASE_UNAVAILABLE

log = logging.getLogger("tablestakes.dashboard")

st.set_page_config(page_title="Table Stakes", layout="wide")
st.html(parts.style())

roles = access.roles(data.settings().roles)
page = st.navigation(
    {
        "Now": [
            access.page(roles, ALL, "week.py", "This week", default=True),
            access.page(roles, ALL, "live.py", "Live"),
            access.page(roles, ALL, "digest.py", "Digest"),
        ],
        "Rankings": [
            access.page(roles, ALL, "hardest.py", "Hardest tables"),
            access.page(roles, ALL, "venue.py", "Venue"),
        ],
        "Patterns": [
            access.page(roles, ALL, "timing.py", "Timing"),
            access.page(roles, ALL, "market.py", "Market"),
        ],
        "Conversion": [
            access.page(roles, FOUNDERS, "funnel.py", "Funnel"),
            access.page(roles, FOUNDERS, "losses.py", "Why alerts fail"),
            access.page(roles, FOUNDERS, "drivers.py", "What converts"),
            access.page(roles, FOUNDERS, "cohorts.py", "Cohorts"),
        ],
        "Behind the numbers": [
            access.page(roles, ALL, "definitions.py", "Definitions"),
            access.page(roles, EDITORS, "annotations.py", "Annotations"),
            access.page(roles, ALL, "health.py", "Data health"),
        ],
    },
    expanded=True,
)
access.say_who(roles)
try:
    with memory.whole_page():
        page.run()
except DATABASE_UNAVAILABLE as error:
    log.error("The page %s could not be read from the database: %s", page.title, error)
    st.error(
        "The database does not answer, so nothing can be shown. Nothing is lost: start it again, "
        "or see the log for what is wrong, then reload this page."
    )
