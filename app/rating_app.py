"""The app: `streamlit run app/rating_app.py`, or `make app`."""

import streamlit as st


def main() -> None:
    """Show the page that was chosen."""
    st.set_page_config(page_title="IMDb rating of a film to be", page_icon=":material/movie:", layout="wide")
    # Streamlit forgets the widgets of the page that is not shown; writing them anew keeps the draft.
    for key in list(st.session_state):
        if str(key).startswith("draft_"):
            st.session_state[key] = st.session_state[key]
    pages = [
        st.Page("draft_page.py", title="Draft", icon=":material/edit_note:", url_path="draft", default=True),
        st.Page("scenarios_page.py", title="Scenarios", icon=":material/groups:", url_path="scenarios"),
    ]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
