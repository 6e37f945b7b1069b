"""The Streamlit pages: words around charts; no formula and no SQL."""
