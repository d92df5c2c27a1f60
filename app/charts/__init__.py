"""The app's charts as Vega-Lite specifications, and their theme.

Data in, a specification out; only `theme` calls Streamlit.
"""
