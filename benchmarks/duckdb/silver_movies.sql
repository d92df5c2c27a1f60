SELECT tconst, primaryTitle AS primary_title, originalTitle AS original_title, isAdult = 1 AS is_adult,
    startYear AS release_year, runtimeMinutes AS runtime_minutes, string_split(nullif(genres, ''), ',') AS genres
FROM bronze_title_basics WHERE titleType = 'movie'
