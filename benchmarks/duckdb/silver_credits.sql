WITH movies AS (
    SELECT tconst FROM bronze_title_basics WHERE titleType = 'movie'
), crew AS (
    SELECT tconst, unnest([
        {role: 'director', people: string_split(nullif(directors, ''), ',')},
        {role: 'writer', people: string_split(nullif(writers, ''), ',')}
    ]) AS list
    FROM bronze_title_crew SEMI JOIN movies USING (tconst)
), rows AS (
    SELECT tconst, list.role AS role, unnest(list.people) AS nconst, generate_subscripts(list.people, 1) - 1 AS position,
        NULL AS category, NULL AS job, NULL AS characters, false AS is_principal
    FROM crew
    UNION ALL
    SELECT tconst, CASE WHEN category IN ('director', 'writer') THEN category ELSE 'cast' END, nconst, ordering,
        category, job, characters, true
    FROM bronze_title_principals SEMI JOIN movies USING (tconst)
    WHERE category IN ('director', 'writer', 'actor', 'actress', 'self')
), credits AS (
    SELECT tconst, nconst, role, bool_and(is_principal) AS is_principal_only,
        coalesce(min(position) FILTER (NOT is_principal), min(position)) AS first_position,
        arg_min({category: category, job: job, characters: characters}, position) FILTER (is_principal) AS principal
    FROM rows GROUP BY ALL
)
SELECT tconst, nconst, role,
    row_number() OVER (PARTITION BY tconst, role ORDER BY is_principal_only, first_position, nconst)::INT AS billing_order,
    principal.category AS category, principal.job AS job,
    CASE WHEN principal.characters LIKE '[%' THEN from_json(principal.characters, '["VARCHAR"]')
        WHEN principal.characters IS NOT NULL THEN [principal.characters] END AS characters
FROM credits
