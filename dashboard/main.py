"""The dashboard: its pages by group. Streamlit runs this file anew for each reader's every step."""

import logging
from pathlib import Path

import streamlit as st

from dashboard import access, data
from dashboard.access import EDITORS, FOUNDERS
from db.insights import DATABASE_UNAVAILABLE

log = logging.getLogger("tablestakes.dashboard")

st.set_page_config(page_title="Table Stakes", layout="wide")
st.html(Path(__file__).with_name("page.css"))

roles = access.roles(data.settings().roles)
page = st.navigation(
    {
        "Now": [
            st.Page("week.py", title="This week", url_path="week", default=True),
            st.Page("live.py", title="Live", url_path="live"),
            st.Page("digest.py", title="Digest", url_path="digest"),
        ],
        "Rankings": [
            st.Page("hardest.py", title="Hardest tables", url_path="hardest"),
            st.Page("venue.py", title="Venue", url_path="venue"),
        ],
        "Patterns": [
            st.Page("timing.py", title="Timing", url_path="timing"),
            st.Page("market.py", title="Market", url_path="market"),
        ],
        "Conversion": [
            access.page(roles, FOUNDERS, "funnel.py", "Funnel"),
            access.page(roles, FOUNDERS, "losses.py", "Why alerts fail"),
            access.page(roles, FOUNDERS, "drivers.py", "What converts"),
            access.page(roles, FOUNDERS, "cohorts.py", "Cohorts"),
        ],
        "Behind the numbers": [
            st.Page("definitions.py", title="Definitions", url_path="definitions"),
            access.page(roles, EDITORS, "annotations.py", "Annotations"),
            st.Page("health.py", title="Data health", url_path="health"),
        ],
    },
    expanded=True,
)
access.say_who()
try:
    page.run()
except DATABASE_UNAVAILABLE as error:
    log.error("The page %s could not be read from the database: %s", page.title, error)
    st.error(
        "The database does not answer, so nothing can be shown. Nothing is lost: start it again, "
        "or see the log for what is wrong, then reload this page."
    )
