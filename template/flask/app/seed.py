"""Some items to look at: `python -m app.seed`. Those that exist already stay."""

from contextlib import suppress
from decimal import Decimal

from app.database import db
from app.items.service import NameTaken, create_item
from app.main import create_app
from app.settings import load_settings

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


def seed() -> None:
    for name, price in ITEMS.items():
        with suppress(NameTaken):
            create_item(name=name, price=Decimal(price))
            db.session.commit()


if __name__ == "__main__":
    with create_app(load_settings()).app_context():
        seed()
