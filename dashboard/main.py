"""The dashboard: its pages by group. Streamlit runs this file anew for each reader's every step."""

import streamlit as st

st.set_page_config(page_title="Table Stakes", layout="wide")

page = st.navigation(
    {
        "Rankings": [
            st.Page("hardest.py", title="Hardest tables", url_path="hardest", default=True),
            st.Page("venue.py", title="Venue", url_path="venue"),
        ],
        "Behind the numbers": [
            st.Page("health.py", title="Data health", url_path="health"),
        ],
    }
)
page.run()
