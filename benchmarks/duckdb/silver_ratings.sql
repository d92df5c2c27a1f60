SELECT tconst, averageRating AS average_rating, numVotes AS n_votes, snapshotDate AS snapshot_date
FROM bronze_title_ratings WHERE averageRating BETWEEN 1 AND 10 AND numVotes >= 0
