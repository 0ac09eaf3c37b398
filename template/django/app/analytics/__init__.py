"""Sales: import from files, a dashboard with charts, reports, exports and a forecast.

Sales are sample data, as items are. Replace them with the facts of your business.
"""
