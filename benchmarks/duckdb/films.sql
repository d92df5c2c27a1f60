-- The rated films with the facts that the histories accumulate.
SELECT title, genres, directors, writers, "cast", release_year AS year, round(target_rating * 10)::BIGINT AS tenths,
    coalesce(n_votes, 0)::BIGINT AS votes, 1 / (0.55 + 4.5 / greatest(n_votes, 1)) AS weight,
    weight * (target_rating - baseline_rating_with_language) AS weighted_effect,
    baseline_rating_with_language AS baseline
FROM gold_movie_features JOIN gold_baseline_ratings USING (tconst) WHERE target_rating IS NOT NULL
