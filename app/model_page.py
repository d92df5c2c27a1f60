"""The model page: which version answers, how well it does and where it fails, and the versions before it."""

import altair as alt
import pandas as pd
import streamlit as st

from app.champion import champion_or_stop
from app.settings import read_settings
from imdb_assets.rating_model import registry
from imdb_assets.rating_model.study import CANDIDATE_NAME

_INK, _GROUND, _PROMISE = "#1f5c7a", "#a9b4bb", "#b4552d"
_NAMES = {
    "mean": "Mean of all films",
    "genre_mean": "Mean of the genres",
    "as_of_ridge": "As-of ridge",
    "as_of_ridge_with_language": "As-of ridge with language",
    "linear": "Linear, all features",
    "random_forest": "Random forest, all features",
    "seed_recipe": "Seed recipe",
    "seed_recipe_leaky": "Seed recipe that sees the future",
    CANDIDATE_NAME: "This model",
    registry.CHAMPION: "The champion before it",
}
_POPULATIONS = {"votes_1000": "1,000 votes and more", "votes_100": "100 votes and more", "all": "All films"}
_N_BINS = 10


def model_page() -> None:
    """Show the champion's figures, as its run logged them."""
    champion = champion_or_stop()
    st.title("How good is the model?")
    st.markdown(
        f"**{registry.MODEL_NAME} version {champion.version}** answers; it was measured on films that it had not seen."
    )
    leaderboard = _logged(registry.LEADERBOARD_FILE)
    if leaderboard is not None:
        _show_leaderboard(leaderboard[leaderboard["split"] == "test"] if "split" in leaderboard else leaderboard)
    calibration, coverage = st.columns(2, gap="large")
    predictions, slices = _logged(registry.PREDICTIONS_FILE), _logged(registry.SLICES_FILE)
    with calibration:
        st.subheader("Calibration")
        if predictions is not None:
            is_shown = (predictions["model"] == CANDIDATE_NAME) & (predictions["split"] == "test")
            _show_calibration(predictions[is_shown])
    with coverage:
        st.subheader("Do the intervals hold?")
        if slices is not None:
            _show_coverage(slices)
    _show_versions()
    _show_card()


def _logged(file: str) -> pd.DataFrame | None:
    try:
        return registry.logged_rows(read_settings().tracking_uri, file)
    except registry.NotLoggedError as error:
        st.info(str(error), icon=":material/info:")
        return None


def _show_leaderboard(rows: pd.DataFrame) -> None:
    st.subheader("Leaderboard")
    found = [name for name in _POPULATIONS if name in set(rows["population"])]
    population = st.segmented_control(
        "Films", found, default=found[0], format_func=lambda name: _POPULATIONS[name], key="model_population",
        help="By how many people rated them: the more, the surer the rating.",
    )  # fmt: skip
    shown = rows[rows["population"] == (population or found[0])]
    shown = shown.assign(name=shown["model"].replace(_NAMES)).sort_values("rmse")
    st.altair_chart(_errors_picture(shown), width="stretch")
    if tax := _leak_tax(shown):
        st.markdown(tax)
    with st.expander("The figures"):
        columns = [name for name in ("name", "n", "rmse", "rmse_low", "rmse_high", "mae", "r2", "spearman", "slope",
                                     "coverage_80", "width_80") if name in shown]  # fmt: skip
        st.dataframe(shown[columns].round(3), hide_index=True, width="stretch")


def _errors_picture(rows: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    names = [CANDIDATE_NAME, "seed_recipe_leaky"]
    others = [name for name in rows["model"] if name not in names]
    scale = alt.Scale(domain=[*names, *others], range=[_INK, _PROMISE, *([_GROUND] * len(others))])
    color = alt.Color("model:N", legend=None, scale=scale)
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, ticks=False, labelFontSize=13)),
        tooltip=["name", alt.Tooltip("rmse", format=".3f"), alt.Tooltip("rmse_low", format=".3f"),
                 alt.Tooltip("rmse_high", format=".3f"), "n"],
    )  # fmt: skip
    axis = alt.X("rmse:Q", title="RMSE (shorter is better)", axis=alt.Axis(tickCount=5))
    bars = base.mark_bar(height=16, cornerRadius=3).encode(x=axis, color=color)
    ends = base.mark_rule(strokeWidth=2, color="#2b3640").encode(x="rmse_low:Q", x2="rmse_high:Q")
    return (bars + ends).properties(height=32 * len(rows), background="transparent")


def _leak_tax(rows: pd.DataFrame) -> str | None:
    rmse = dict(zip(rows["model"], rows["rmse"], strict=True))
    if not {"seed_recipe", "seed_recipe_leaky"} <= set(rmse):
        return None
    tax = rmse["seed_recipe"] - rmse["seed_recipe_leaky"]
    return (
        f"**Leak tax: {tax:.2f} rating points.** That much better the same recipe looks when its facts about people "
        "come from films that were not made yet. It is the only row that could not be had before release."
    )


def _show_calibration(films: pd.DataFrame) -> None:
    order = films["rating"].rank(method="first")
    bins = pd.cut(order, _N_BINS, labels=False)
    points = films.groupby(bins)[["rating", "target"]].mean()
    values = points.to_numpy("float64")
    low, high = float(values.min()), float(values.max())
    scale = alt.Scale(domain=[low - 0.2, high + 0.2])
    line = alt.Chart(pd.DataFrame({"end": [low, high]})).mark_line(color=_GROUND, strokeDash=[4, 4])
    marks = alt.Chart(points).mark_circle(size=110, color=_INK, opacity=1)
    picture = line.encode(x=alt.X("end:Q", scale=scale), y=alt.Y("end:Q", scale=scale)) + marks.encode(
        x=alt.X("rating:Q", scale=scale, title="Predicted rating"),
        y=alt.Y("target:Q", scale=scale, title="Mean rating of the films"),
        tooltip=[alt.Tooltip("rating", format=".2f"), alt.Tooltip("target", format=".2f")],
    )
    st.altair_chart(picture.properties(height=320, background="transparent"), width="stretch")
    st.caption("Test films in ten groups by what was predicted; on the dotted line predictions are right on average.")


def _show_coverage(slices: pd.DataFrame) -> None:
    strictest = slices[slices["population"] == slices["population"].iloc[0]]
    rows = strictest[
        strictest["slice_by"].isin(["crew", "votes", "predicted_quintile"]) & strictest["coverage_80"].notna()
    ]
    if rows.empty:
        st.caption("No slice was measured.")
        return
    rows = rows.assign(name=rows["slice_by"].str.replace("_", " ") + ": " + rows["slice"])
    bars = alt.Chart(rows).mark_bar(height=14, cornerRadius=3, color=_INK).encode(
        x=alt.X("coverage_80:Q", title="Films within their 80% interval", scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5)),
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, ticks=False)),
        tooltip=["name", "n", alt.Tooltip("coverage_80", format=".1%"), alt.Tooltip("rmse", format=".3f")],
    )  # fmt: skip
    promise = alt.Chart(pd.DataFrame({"x": [0.8]})).mark_rule(color=_PROMISE, strokeWidth=2).encode(x="x:Q")
    st.altair_chart((bars + promise).properties(height=320, background="transparent"), width="stretch")
    st.caption("The line is what is promised: four films of five.")


def _show_versions() -> None:
    st.subheader("Versions")
    found = registry.versions(read_settings().tracking_uri)
    rows = [
        {"Version": one.version, "Is": ", ".join(one.aliases), "Made": one.created.date(),
         "Snapshot": one.tags.get("snapshot_date", ""), "Verdict": one.tags.get("verdict", "")}
        for one in found
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _show_card() -> None:
    tracking_uri = read_settings().tracking_uri
    try:
        text = registry.logged_text(tracking_uri, registry.CARD_FILE)
    except registry.NotLoggedError:
        st.info("This version has no model card yet: materialize rating_model_card.", icon=":material/info:")
        return
    with st.expander("Model card"):
        st.markdown(text)


if __name__ == "__main__":
    model_page()
