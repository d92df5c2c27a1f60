SELECT tconst, parentTconst AS series_tconst, seasonNumber AS season_number, episodeNumber AS episode_number,
    primaryTitle AS primary_title, startYear AS release_year, runtimeMinutes AS runtime_minutes
FROM bronze_title_episode LEFT JOIN bronze_title_basics USING (tconst) WHERE parentTconst IS NOT NULL
