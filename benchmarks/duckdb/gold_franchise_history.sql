SELECT year, tenths, votes, weight, weighted_effect, baseline, title_stem,
    unnest(list_distinct(list_concat(directors, writers, "cast"[:5], ['anybody']))) AS nconst
FROM (
    SELECT *, regexp_replace(trim(regexp_replace(
        regexp_replace(translate(title, $capitals, $small_letters), $subtitle, ''), $separators, ' ', 'g'
    )), $sequel, '') AS title_stem
    FROM films
)
WHERE length(title_stem) >= 3
