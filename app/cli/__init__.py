"""The command line `imdb-rating`: one file per group of commands, and the reading and printing they share.

The app's pages do not import it.
"""
