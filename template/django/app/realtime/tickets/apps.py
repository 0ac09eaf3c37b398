from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "app.realtime.tickets"
    label = "realtime_tickets"
    verbose_name = "Live updates"
