"""The Streamlit app and the command line. Here: the entry point, and what pages, widgets and commands share."""
