"""Generates IMDb's seven datasets in IMDb's shape: its sizes, skew, missing values and spellings, at any scale.

All names and titles are invented.
"""
