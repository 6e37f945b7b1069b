"""Plotly figures for pages and digest, all in one look."""
