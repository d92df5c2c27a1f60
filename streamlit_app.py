"""The script of the app: `app/server.py` serves it, and Streamlit Community Cloud starts it by its path."""

from app.rating_app import main

main()
