"""One file per page of the app: it lays out widgets and charts and asks the model.

What two pages share belongs in `widgets/` or `charts/`.
"""
