"""A search that shows its matches while the user types, and picks one with the mouse or the keyboard alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

SHOWN = 6
"""The number of matches shown."""
# Searches of 1.5 million names take milliseconds.
_PAUSE = "150ms"


@dataclass(frozen=True)
class Match:
    """A match of a search.

    Attributes:
        key: Distinguishes the match from others of the same search.
        label: The match as shown, in Markdown.
        icon: Streamlit's name of an icon.
        is_offered: Whether it can be picked.
    """

    key: str
    label: str
    icon: str
    is_offered: bool = True


@st.fragment
def live_search(
    label: str,
    *,
    key: str,
    placeholder: str,
    help_text: str,
    find: Callable[[str], tuple[Sequence[Match], str]],
    pick: Callable[[str], None],
) -> None:
    """Show a search. Only this section reruns while the user types; the page reruns after a pick.

    Enter picks the first match, the arrow keys move through the matches, Escape clears the search. After a pick, the
    search is empty and has the focus.

    Args:
        label: Label of the text field.
        key: Prefix of the widgets' keys.
        placeholder: Text in the empty field.
        help_text: Help text of the field.
        find: Returns the matches of a text, best first, and a message for below them in Markdown, which may be empty.
        pick: Is called with the key of the picked match before the page reruns.
    """
    with st.container(key=f"{key}_live_search", gap="xsmall"):
        text = st.text_input(
            label, key=f"{key}_search", type="search", live=_PAUSE, placeholder=placeholder, help=help_text
        )
        text = (text or "").strip()
        _keyboard()(key=f"{key}_keyboard", data={"query": text}, height="content")
        if text:
            matches, message = find(text)
            for match in matches:
                st.button(
                    match.label, key=f"{key}_add_{match.key}", type="tertiary", icon=match.icon,
                    disabled=not match.is_offered, on_click=_pick, args=(key, pick, match.key),
                )  # fmt: skip
            if message:
                st.caption(message)
    if st.session_state.pop(f"{key}_has_picked", False):
        st.rerun(scope="app")


def _pick(key: str, pick: Callable[[str], None], match: str) -> None:
    st.session_state[f"{key}_search"] = ""
    st.session_state[f"{key}_has_picked"] = True
    pick(match)


@cache
def _keyboard() -> Callable[..., object]:
    script = Path(__file__).with_name("live_search.js").read_text(encoding="utf-8")
    return component("live_search_keyboard", js=script, isolate_styles=False)
