WITH movies AS (
    SELECT tconst, average_rating IS NOT NULL AS is_rated,
        {negative_votes: -coalesce(n_votes, 0), tconst: tconst,
         label: coalesce(primary_title, tconst) || coalesce(' (' || release_year || ')', '')} AS movie
    FROM silver_movies LEFT JOIN silver_ratings USING (tconst)
), credits AS (
    SELECT nconst, tconst, list(DISTINCT role) AS roles, any_value(is_rated) AS is_rated, any_value(movie) AS movie
    FROM silver_credits JOIN movies USING (tconst) GROUP BY nconst, tconst
), careers AS (
    SELECT nconst, list_sort(list_distinct(flatten(list(roles)))) AS roles, count(*)::INT AS n_movies,
        count_if(is_rated)::INT AS n_rated_movies,
        list_transform(list_sort(list(movie))[:3], lambda each: each.label) AS known_movies
    FROM credits GROUP BY nconst
)
SELECT nconst, coalesce(primary_name, nconst) AS name, birth_year, professions, roles, n_movies, n_rated_movies,
    known_movies
FROM careers LEFT JOIN silver_people USING (nconst)
