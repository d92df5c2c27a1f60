SELECT titleId AS tconst, ordering, title, region, language, string_split(nullif(types, ''), chr(2)) AS types,
    string_split(nullif(attributes, ''), chr(2)) AS attributes, isOriginalTitle = 1 AS is_original_title
FROM bronze_title_akas WHERE ordering IS NOT NULL
