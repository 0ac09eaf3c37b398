from oscar.apps.order.models import *  # noqa: F403 - as Oscar's documentation says
