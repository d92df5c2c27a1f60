"""The command line `imdb-rating`: one file per group of commands, and the input and output that they share.

The app's pages do not import it. Code that both need is in `scenarios/` and at the root.
"""
