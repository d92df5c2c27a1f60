"""The navigation of the app and its pages; `streamlit_app.py` runs it: `make app`."""

from pathlib import Path

import streamlit as st

_PAGES = Path(__file__).with_name("pages")


def main() -> None:
    """Show the navigation and the selected page."""
    st.set_page_config(page_title="IMDb rating predictor", layout="wide")
    st.html(Path(__file__).with_name("app.css"))
    # A page's icon would become the favicon and be fetched from Google. The links show icons of Streamlit's own font.
    pages = [
        st.Page(_PAGES / "draft.py", title="Draft", url_path="draft", default=True),
        st.Page(_PAGES / "compare.py", title="Compare", url_path="compare"),
        st.Page(_PAGES / "scenarios.py", title="Scenarios", url_path="scenarios"),
        st.Page(_PAGES / "many.py", title="Many drafts", url_path="many"),
        st.Page(_PAGES / "films.py", title="Films", url_path="films"),
        st.Page(_PAGES / "model.py", title="Model", url_path="model"),
    ]
    page = st.navigation(pages, position="hidden")
    icons = (
        ":material/edit_note:",
        ":material/compare_arrows:",
        ":material/groups:",
        ":material/table_rows:",
        ":material/movie:",
        ":material/monitoring:",
    )
    # On narrow screens, Streamlit's own navigation hides behind a button.
    with st.container(horizontal=True, key="pages"):
        for link, icon in zip(pages, icons, strict=True):
            st.page_link(link, icon=icon, width="content")
    if page is not pages[0]:
        # The address of another page does not describe the draft.
        st.session_state.pop("draft_address", None)
    page.run()


if __name__ == "__main__":
    main()
