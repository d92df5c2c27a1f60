SELECT tconst, primaryTitle AS primary_title, originalTitle AS original_title,
    titleType = 'tvMiniSeries' AS is_mini_series, isAdult = 1 AS is_adult, startYear AS start_year,
    endYear AS end_year, runtimeMinutes AS runtime_minutes, string_split(nullif(genres, ''), ',') AS genres
FROM bronze_title_basics WHERE titleType IN ('tvSeries', 'tvMiniSeries')
