SELECT * EXCLUDE (list), list.role AS role, unnest(list.people) AS nconst
FROM (
    SELECT year, tenths, votes, weight, weighted_effect, baseline, unnest([
        {role: 'director', people: directors}, {role: 'writer', people: writers}, {role: 'cast', people: "cast"},
        {role: 'all', people: list_distinct(list_concat(directors, writers, "cast"))}
    ]) AS list
    FROM films
)
