SELECT nconst, kind, start_year AS year, round(average_rating * 10)::BIGINT AS tenths, n_votes::BIGINT AS votes,
    1 / (0.55 + 4.5 / greatest(n_votes, 1)) AS weight, weight * (average_rating - kind_rating) AS weighted_effect,
    kind_rating AS baseline
FROM silver_outside_credits JOIN (
    SELECT kind, start_year,
        CASE WHEN sum(n) OVER before >= 50 THEN sum(tenths) OVER before / sum(n) OVER before / 10 ELSE 6.8 END
            AS kind_rating
    FROM (
        SELECT kind, start_year, count(*) AS n, sum(tenths)::BIGINT AS tenths
        FROM (
            SELECT DISTINCT tconst, kind, start_year, round(average_rating * 10)::BIGINT AS tenths
            FROM silver_outside_credits
        )
        GROUP BY ALL
    )
    WINDOW before AS (PARTITION BY kind ORDER BY start_year ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) USING (kind, start_year)
