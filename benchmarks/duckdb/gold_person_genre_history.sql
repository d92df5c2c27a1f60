SELECT * EXCLUDE (people), unnest(people) AS nconst
FROM (
    SELECT year, tenths, votes, weight, weighted_effect, baseline, unnest(list_distinct(genres)) AS genre,
        list_distinct(list_concat(directors, writers, "cast")) AS people
    FROM films
)
