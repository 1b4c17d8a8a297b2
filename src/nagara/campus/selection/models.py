"""Selection: reviewers, scores, the selection round and its release."""
