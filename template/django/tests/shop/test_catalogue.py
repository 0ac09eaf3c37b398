from typing import Any

import pytest
from django.test import Client
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.catalogue.models import Product
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range

from app.shop import thumbnails
from app.shop.views import PRODUCTS_ON_PAGE
from app.users.models import User
from tests.queries import count_queries
from tests.shop.factories import create_order, create_picture, create_product

LISTS = ["/shop/catalogue/", "/shop/search/?q=tea", "/shop/orders/"]


def add_picture(product: Any) -> Any:
    picture = create_picture(product.pk)
    return product.images.create(original=picture, caption="Leaves")


def test_products_have_a_page_with_price_stock_and_picture(visitor: Client) -> None:
    assert "No products yet" in visitor.get("/shop/", follow=True).text
    product = create_product(description="<p>From Japan</p>")
    add_picture(product)
    assert "€8.50" in visitor.get("/shop/catalogue/").text
    page = visitor.get(product.get_absolute_url()).text
    for text in ("Green tea", "€8.50", "5 available", "<p>From Japan</p>", "Leaves"):
        assert text in page


def test_products_that_are_not_public_are_not_shown(visitor: Client) -> None:
    product = create_product("Secret tea", is_public=False)
    for path in ("/shop/catalogue/", "/shop/search/?q=secret"):
        assert "Secret tea" not in visitor.get(path).text
    assert visitor.get(product.get_absolute_url()).status_code == 404


def test_a_product_without_stock_cannot_be_added(visitor: Client) -> None:
    product = create_product(stock=0)
    assert "Out of stock" in visitor.get("/shop/catalogue/").text
    assert "Add to basket" not in visitor.get(product.get_absolute_url()).text
    page = visitor.post(f"/shop/basket/add/{product.pk}/", {"quantity": 1}, follow=True)
    assert "no stock available" in page.text


def test_variants_of_a_product_can_be_chosen(visitor: Client) -> None:
    parent = create_product("Teapot", structure=Product.PARENT)
    parent.stockrecords.all().delete()
    child = create_product("Large teapot", structure=Product.CHILD, parent=parent)
    child.product_class = None
    child.save()
    assert "€8.50" in visitor.get("/shop/catalogue/").text
    assert "Large teapot" in visitor.get(parent.get_absolute_url()).text
    found = visitor.get("/shop/search/?q=teapot+large").text
    assert found.count(parent.get_absolute_url()) == 1
    fields = {"quantity": 2, "child_id": child.pk}
    page = visitor.post(f"/shop/basket/add/{parent.pk}/", fields, follow=True)
    assert "€17.00" in page.text


def test_categories_list_their_products_and_those_below(visitor: Client) -> None:
    tea = create_from_breadcrumbs("Drinks > Tea")
    create_product().categories.add(tea)
    create_product("Notebook")
    for category in (tea, tea.get_parent()):
        page = visitor.get(category.get_absolute_url()).text
        assert "Green tea" in page
        assert "Notebook" not in page
    moved = visitor.get(f"/shop/catalogue/category/old_{tea.pk}/")
    assert moved.headers["Location"] == tea.get_absolute_url()
    assert visitor.get("/shop/catalogue/category/none_99/").status_code == 404


def test_offers_and_ranges_list_their_products(visitor: Client) -> None:
    chosen = Range.objects.create(name="Teas", is_public=True)
    chosen.add_product(create_product())
    create_product("Notebook")
    offer = ConditionalOffer.objects.create(
        name="Tea week",
        condition=Condition.objects.create(range=chosen, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=chosen, type=Benefit.PERCENTAGE, value=10),
    )
    assert "Tea week" in visitor.get("/shop/offers/").text
    for path in (offer.get_absolute_url(), chosen.get_absolute_url()):
        page = visitor.get(path).text
        assert "Green tea" in page
        assert "Notebook" not in page


def test_the_search_finds_words_of_products(visitor: Client) -> None:
    create_product(description="<p>First harvest</p>", upc="T-100")
    create_product("Notebook")
    for query in ("green", "harvest first", "T-100"):
        page = visitor.get("/shop/search/", {"q": query}).text
        assert "Green tea" in page
        assert "Notebook" not in page
    assert "Nothing found" in visitor.get("/shop/search/?q=green+coffee").text
    assert "Search products" in visitor.get("/shop/search/").text


def test_any_text_can_be_searched_for(visitor: Client) -> None:
    for query in ("\0", "'\"--", "50% a", "a" * 100_000, "a " * 50_000, "🫖"):
        assert visitor.get("/shop/search/", {"q": query}).status_code == 200


def test_lists_have_pages(visitor: Client) -> None:
    for number in range(PRODUCTS_ON_PAGE + 1):
        create_product(f"Tea no. {number}.")
    assert "Tea no. 0." not in visitor.get("/shop/catalogue/").text
    assert "Tea no. 0." in visitor.get("/shop/catalogue/?page=2").text
    assert "Tea no. 0." not in visitor.get("/shop/catalogue/?page=%2B2").text


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, user: User, path: str
) -> None:
    def count_with(rows: range) -> int:
        for number in rows:
            product = create_product(f"Tea {number}")
            add_picture(product)
            create_order(user, product)
        client.get(path)  # creates the pictures in the size of the list
        return count_queries(client, path)

    assert count_with(range(2)) == count_with(range(2, 7))


def test_pictures_are_sent_in_the_size_of_the_page_and_deleted(
    visitor: Client, directory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = create_product()
    picture = add_picture(product)
    page = visitor.get("/shop/catalogue/").text
    path = page.partition('<img src="/media/')[2].partition('"')[0]
    response = visitor.get(f"/media/{path}")
    assert response.headers["Content-Type"] == "image/webp"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "immutable" in response.headers["Cache-Control"]
    assert b"".join(response).startswith(b"RIFF")
    assert visitor.get("/media/products/none.png").status_code == 404
    assert visitor.get("/media/products/a.svg").status_code == 404
    monkeypatch.setattr(thumbnails, "MAX_PIXELS", 100)
    assert "shop/no-picture.svg" in visitor.get(product.get_absolute_url()).text
    picture.delete()
    assert not [file for file in directory.rglob("*") if file.is_file()]
