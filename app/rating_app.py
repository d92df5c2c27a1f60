"""The entry point of the app: `make app`, or `streamlit run app/rating_app.py`."""

from pathlib import Path
from threading import Thread

import streamlit as st

from app.scenarios.warm_up import start_compiling


def main() -> None:
    """Show the navigation and the selected page."""
    st.set_page_config(page_title="IMDb rating predictor", layout="wide")
    st.html(Path(__file__).with_name("app.css"))
    # A page's icon would become the favicon and be fetched from Google. The links show icons of Streamlit's own font.
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
    # On narrow screens, Streamlit's own navigation hides behind a button.
    with st.container(horizontal=True, key="pages"):
        for link, icon in zip(pages, icons, strict=True):
            st.page_link(link, icon=icon, width="content")
    _compile_search()
    page.run()


@st.cache_resource(show_spinner=False)
def _compile_search() -> Thread:
    return start_compiling()


if __name__ == "__main__":
    main()
