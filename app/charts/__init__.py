"""The app's charts as Vega-Lite specifications, and their theme.

Data in, a specification out; `theme.show` alone calls Streamlit.
"""
