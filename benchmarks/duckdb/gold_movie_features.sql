WITH people AS (
    SELECT tconst, list(nconst ORDER BY billing_order) FILTER (role = 'director') AS directors,
        list(nconst ORDER BY billing_order) FILTER (role = 'writer') AS writers,
        list(nconst ORDER BY billing_order) FILTER (role = 'cast') AS "cast"
    FROM silver_credits GROUP BY tconst
)
SELECT tconst, primary_title AS title, original_title, release_year, runtime_minutes::DOUBLE AS runtime_minutes,
    coalesce(genres, []) AS genres, NULL::VARCHAR AS plot, NULL::VARCHAR AS language, NULL::VARCHAR AS country,
    NULL::VARCHAR AS certificate, coalesce(directors, []) AS directors, coalesce(writers, []) AS writers,
    coalesce("cast", []) AS "cast", average_rating AS target_rating, n_votes, snapshot_date
FROM silver_movies LEFT JOIN silver_ratings USING (tconst) LEFT JOIN people USING (tconst)
WHERE release_year IS NOT NULL
