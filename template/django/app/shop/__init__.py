"""The shop: Oscar's catalogue, basket, orders and dashboard, with payments of ours."""
