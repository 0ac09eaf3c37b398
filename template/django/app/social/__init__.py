"""A social network. Each package is an app: people, what they write, and moderation."""
