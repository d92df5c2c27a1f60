"""The app: `streamlit run app/rating_app.py`, or `make app`."""

from pathlib import Path

import streamlit as st


def main() -> None:
    """Show the page that was chosen."""
    st.set_page_config(page_title="IMDb rating of a film to be", layout="wide")
    st.html(Path(__file__).with_name("app.css"))
    # An icon here would become the browser's and be fetched from Google; the links show theirs from Streamlit's font.
    pages = [
        st.Page("pages/draft.py", title="Draft", url_path="draft", default=True),
        st.Page("pages/compare.py", title="Compare", url_path="compare"),
        st.Page("pages/scenarios.py", title="Scenarios", url_path="scenarios"),
        st.Page("pages/films.py", title="Films", url_path="films"),
        st.Page("pages/model.py", title="Model", url_path="model"),
    ]
    page = st.navigation(pages, position="hidden")
    icons = (
        ":material/edit_note:",
        ":material/compare_arrows:",
        ":material/groups:",
        ":material/movie:",
        ":material/monitoring:",
    )
    # Streamlit's own navigation hides behind a button on a narrow screen.
    with st.container(horizontal=True, key="pages"):
        for link, icon in zip(pages, icons, strict=True):
            st.page_link(link, icon=icon, width="content")
    page.run()


if __name__ == "__main__":
    main()
