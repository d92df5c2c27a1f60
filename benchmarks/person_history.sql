-- gold_person_history in DuckDB, from the views movie_features and baseline_ratings. person_history.py compares it with Spark.
CREATE OR REPLACE TEMP TABLE person_history AS
WITH films AS (
    SELECT release_year AS year, directors, writers, "cast", round(target_rating * 10)::BIGINT AS tenths,
        coalesce(n_votes, 0)::BIGINT AS votes, baseline_rating_with_language AS baseline,
        1 / (0.55 + 4.5 / greatest(n_votes, 1)) AS weight,
        weight * (target_rating - baseline) AS weighted_effect
    FROM movie_features JOIN baseline_ratings USING (tconst) WHERE target_rating IS NOT NULL
), listed AS (
    SELECT * EXCLUDE (directors, writers, "cast"), unnest([
        {role: 'director', people: directors}, {role: 'writer', people: writers}, {role: 'cast', people: "cast"},
        {role: 'all', people: list_distinct(list_concat(directors, writers, "cast"))}
    ]) AS list
    FROM films
), credits AS (
    SELECT * EXCLUDE (list), list.role AS role, unnest(list.people) AS nconst FROM listed
), by_year AS (
    SELECT nconst, role, year, count(*) AS n, sum(weight) AS w, sum(weighted_effect) AS we, sum(baseline) AS baseline,
        sum(tenths)::BIGINT AS tenths, sum(tenths * tenths)::BIGINT AS squared, sum(votes)::BIGINT AS votes,
        sum(votes * tenths)::BIGINT AS vote_tenths, max(tenths) AS best, min(tenths) AS worst,
        exp((year - 1950) / 6) AS growth
    FROM credits GROUP BY ALL
), totals AS (
    SELECT nconst, role, year, n AS last_n, w AS last_w, we AS last_we, tenths AS last_tenths,
        sum(n) OVER u AS n, sum(w) OVER u AS w, sum(we) OVER u AS we, sum(w * growth) OVER u AS growing_w,
        sum(we * growth) OVER u AS growing_we, sum(baseline) OVER u AS baseline, sum(tenths) OVER u AS tenths,
        sum(squared) OVER u AS squared, sum(votes) OVER u AS votes, sum(vote_tenths) OVER u AS vote_tenths,
        max(best) OVER u AS best, min(worst) OVER u AS worst, min(year) OVER u AS debut_year,
        exp((1950 - 1 - year) / 6) AS fading
    FROM by_year
    WINDOW u AS (PARTITION BY nconst, role ORDER BY year ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT nconst, role, year + 1 AS from_year, n::INT AS n_films, last_n::INT AS n_films_last_year, debut_year,
    year AS last_film_year, w AS sum_weight, we AS sum_weighted_effect, growing_w * fading AS decayed_sum_weight,
    growing_we * fading AS decayed_sum_weighted_effect, last_w AS last_sum_weight, last_we AS last_sum_weighted_effect,
    tenths / n / 10 AS mean_rating, last_tenths / last_n / 10 AS last_year_rating, baseline / n AS mean_baseline,
    coalesce(vote_tenths / nullif(votes, 0), tenths / n) / 10 AS vote_weighted_rating, best / 10 AS best_rating,
    worst / 10 AS worst_rating, sqrt(squared * n - tenths * tenths) / n / 10 AS rating_spread, votes / n AS mean_votes
FROM totals
