"""The model in use: feature drift, forecasts of unreleased films, and the scoreboard of forecasts against outcomes.

Frames in, rows and verdicts out; the assets that store them are in `assets/monitoring.py`.
"""
