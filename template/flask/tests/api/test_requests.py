from collections.abc import Callable
from typing import Any, Self, cast

from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import BaseModel, model_validator


class Tea(BaseModel):
    name: str

    @model_validator(mode="after")
    def check_name(self) -> Self:
        raise ValueError("Explain this name.")


def test_clients_get_the_message_of_a_model_validator(
    create_client: Callable[..., FlaskClient],
) -> None:
    client = create_client()
    app = cast("APIFlask", client.application)

    @app.post("/api/v1/teas")
    @app.input(Tea)
    def create_tea(json_data: Tea) -> str:
        return json_data.name

    response: Any = client.post("/api/v1/teas", json={"name": "Oolong"})
    assert response.status_code == 422
    errors = response.json["errors"]
    assert errors == [{"field": "body", "detail": "Explain this name."}]
