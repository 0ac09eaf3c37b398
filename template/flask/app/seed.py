"""Add sample data, in development: `poe seed`."""

import sys
from decimal import Decimal

from sqlalchemy import select

from app.extensions import db
from app.items.models import Item
from app.main import create_app
from app.settings import load_settings

ITEMS = [
    ("Notebook", "Dotted, 80 sheets, lies flat when open.", "4.50"),
    ("Fountain pen", "With a steel nib, size M.", "39.00"),
    ("Ink, 30 ml", "Blue black, permanent.", "9.00"),
    ("Pencil", "Cedar wood, hardness 2B.", "1.20"),
    ("Eraser", "Leaves no dust.", "0.90"),
    ("Pencil sharpener", "Brass, with two blades.", "5.75"),
    ("Ruler", "Steel, 30 cm.", "12.00"),
    ("Compass", "For circles of up to 50 cm.", "24.90"),
    ("Drawing board", "A3, with a parallel bar.", "64.00"),
    ("Tracing paper", "50 sheets, A4.", "7.30"),
    ("Watercolours", "Twelve half pans in a metal box.", "31.50"),
    ("Brush set", "Three round brushes, sizes 2, 6 and 10.", "22.40"),
    ("Paper clips", "100 pieces, copper.", "3.10"),
    ("Stapler", "For up to 20 sheets.", "13.80"),
    ("Staples", "1,000 pieces, 24/6.", "2.20"),
    ("Envelopes", "25 pieces, C5, recycled paper.", "6.40"),
    ("Letter paper", "50 sheets, 100 g/m².", "8.60"),
    ("Wax seal", "A brass stamp with a wooden handle.", "18.00"),
    ("Desk lamp", "Dimmable, with a clamp.", "79.00"),
    ("Bookends", "A pair, powder-coated steel.", "27.00"),
    ("Index cards", "200 pieces, A6, lined.", "4.10"),
    ("Card box", "Beech, for 400 cards.", "34.50"),
    ("Wall calendar", "One page a month.", "15.00"),
    ("Letter opener", "", "11.20"),
]


def seed() -> str:
    """Add the items that do not exist yet, and return what was added."""
    existing = set(db.session.scalars(select(Item.name)))
    items = [
        Item(name=name, description=text, price=Decimal(price))
        for name, text, price in ITEMS
        if name not in existing
    ]
    db.session.add_all(items)
    db.session.commit()
    return f"Added {len(items)} items.\n"


def main() -> None:
    settings = load_settings()
    if settings.production:
        sys.exit("Sample data is for development. Set ENVIRONMENT=development.")
    with create_app(settings).app_context():
        sys.stdout.write(seed())


if __name__ == "__main__":
    main()
