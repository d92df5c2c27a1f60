"""The model in use: feature drift, growth of errors, forecasts of unreleased films, and the scoreboard of forecasts.

Frames in, rows and verdicts out. The assets that store them are in `assets/monitoring.py`.
"""
