"""How films are weighted when trees are grown: by their votes, or by the certainty of their rating."""

BY_VOTES, BY_CERTAINTY = "by_votes", "by_certainty"
"""By the number of votes up to a cap, and by the inverse variance of the rating given the votes."""
WEIGHTINGS = (BY_VOTES, BY_CERTAINTY)
