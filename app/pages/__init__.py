"""One module per page of the app. A page lays out widgets and charts and queries the model.

Code that several pages share belongs in `widgets/` or `charts/`. `rating_app.py` lists the pages and their icons.
"""
