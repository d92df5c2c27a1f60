"""Parts of pages: forms, pickers, tables, and the display of reasons.

They use Streamlit. Charts are in `charts/`, the words of reasons in `rating_model/serving/explanation.py`.
"""
