WITH titles AS (
    SELECT tconst, startYear AS start_year, averageRating AS average_rating, numVotes AS n_votes,
        CASE WHEN titleType IN ('tvSeries', 'tvMiniSeries') THEN 'series' WHEN titleType = 'short' THEN 'short'
            ELSE 'tv_movie' END AS kind
    FROM bronze_title_basics JOIN bronze_title_ratings USING (tconst)
    WHERE startYear IS NOT NULL
        AND titleType IN ('tvSeries', 'tvMiniSeries', 'short', 'tvMovie', 'video', 'tvSpecial')
), credited AS (
    SELECT tconst, nconst FROM bronze_title_principals
    WHERE category IN ('director', 'writer', 'actor', 'actress', 'self')
    UNION ALL
    SELECT tconst, unnest(string_split(nullif(directors, ''), ',')) FROM bronze_title_crew
    UNION ALL
    SELECT tconst, unnest(string_split(nullif(writers, ''), ',')) FROM bronze_title_crew
)
SELECT DISTINCT tconst, nconst, kind, start_year, average_rating, n_votes FROM credited JOIN titles USING (tconst)
