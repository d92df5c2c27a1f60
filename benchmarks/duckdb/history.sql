-- The state of each key as of each year, from the view credits. $key stands for the columns of the key.
WITH by_year AS (
    SELECT $key, year, count(*) AS n, sum(weight) AS w, sum(weighted_effect) AS we, sum(baseline) AS baseline,
        sum(tenths)::BIGINT AS tenths, sum(tenths * tenths)::BIGINT AS squared, sum(votes)::BIGINT AS votes,
        sum(votes * tenths)::BIGINT AS vote_tenths, max(tenths) AS best, min(tenths) AS worst,
        exp((year - 1950) / 6) AS growth
    FROM credits GROUP BY ALL
), totals AS (
    SELECT $key, year, n AS last_n, w AS last_w, we AS last_we, tenths AS last_tenths,
        sum(n) OVER u AS n, sum(w) OVER u AS w, sum(we) OVER u AS we, sum(w * growth) OVER u AS growing_w,
        sum(we * growth) OVER u AS growing_we, sum(baseline) OVER u AS baseline, sum(tenths) OVER u AS tenths,
        sum(squared) OVER u AS squared, sum(votes) OVER u AS votes, sum(vote_tenths) OVER u AS vote_tenths,
        max(best) OVER u AS best, min(worst) OVER u AS worst, min(year) OVER u AS debut_year,
        exp((1950 - 1 - year) / 6) AS fading
    FROM by_year
    WINDOW u AS (PARTITION BY $key ORDER BY year ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT $key, year + 1 AS from_year, n::INT AS n_films, last_n::INT AS n_films_last_year, debut_year,
    year AS last_film_year, w AS sum_weight, we AS sum_weighted_effect, growing_w * fading AS decayed_sum_weight,
    growing_we * fading AS decayed_sum_weighted_effect, last_w AS last_sum_weight, last_we AS last_sum_weighted_effect,
    tenths / n / 10 AS mean_rating, last_tenths / last_n / 10 AS last_year_rating, baseline / n AS mean_baseline,
    coalesce(vote_tenths / nullif(votes, 0), tenths / n) / 10 AS vote_weighted_rating, best / 10 AS best_rating,
    worst / 10 AS worst_rating, sqrt(squared * n - tenths * tenths) / n / 10 AS rating_spread, votes / n AS mean_votes
FROM totals
