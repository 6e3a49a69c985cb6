"""Pages of evidence: how many groups, which method, is k-means right, how it got there."""
