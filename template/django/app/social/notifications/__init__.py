"""What happened to a user, and the numbers of unread rows in the navigation."""
