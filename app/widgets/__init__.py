"""Parts of pages that ask for input or show results: draft form, pickers, tables, reasons.

They use Streamlit. Charts are in `charts/`.
"""
