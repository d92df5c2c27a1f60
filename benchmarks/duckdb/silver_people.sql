SELECT nconst, primaryName AS primary_name, birthYear AS birth_year, deathYear AS death_year,
    string_split(nullif(primaryProfession, ''), ',') AS professions,
    string_split(nullif(knownForTitles, ''), ',') AS known_for_tconsts
FROM bronze_name_basics
