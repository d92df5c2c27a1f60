SELECT * FROM (
    SELECT * EXCLUDE (list), list.role AS partner_role, unnest(list.people) AS partner_nconst
    FROM (
        SELECT year, tenths, votes, weight, weighted_effect, baseline, nconst,
            unnest([{role: 'writer', people: writers}, {role: 'cast', people: "cast"[:5]}]) AS list
        FROM (SELECT *, unnest(directors) AS nconst FROM films)
    )
)
WHERE nconst <> partner_nconst
