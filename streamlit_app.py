"""The app for Streamlit Community Cloud, which starts this file by its path: docs/deploy-app.md."""

from app.rating_app import main

main()
