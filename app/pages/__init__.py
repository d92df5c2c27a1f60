"""One file per page of the app: it lays out widgets and charts and asks the model.

Code that several pages share belongs in `widgets/` or `charts/`. `rating_app.py` lists the pages and their icons.
"""
