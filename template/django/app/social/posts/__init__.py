"""Posts, likes and the feed."""
