"""Parts of pages: forms, pickers, tables and reasons.

They use Streamlit. Charts are in `charts/`.
"""
