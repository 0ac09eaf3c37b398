from typing import Self

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.testing import TestClient
from pydantic import BaseModel, model_validator

from app.api.problems import add_problem_handlers


class Tea(BaseModel):
    name: str

    @model_validator(mode="after")
    def check_name(self) -> Self:
        raise ValueError("Explain this name.")


def test_clients_get_the_message_of_a_model_validator() -> None:
    api = NinjaAPI(urls_namespace="teas")
    add_problem_handlers(api)

    @api.post("/teas")
    def create_tea(request: HttpRequest, payload: Tea) -> str:
        return payload.name

    response = TestClient(api).post("/teas", json={"name": "Oolong"})
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert errors == [{"field": "body", "detail": "Explain this name."}]
