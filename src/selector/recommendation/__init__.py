"""The decision: its data, its rule, and its explanation."""
