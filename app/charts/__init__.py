"""The app's charts as Vega-Lite specifications, and their theme.

Functions take data and return a specification. Only `theme` calls Streamlit.
"""
