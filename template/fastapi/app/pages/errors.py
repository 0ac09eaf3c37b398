"""Errors as pages, and as problem documents for those who prefer JSON."""

import re
from http import HTTPStatus

from fastapi import Request, Response

from app.errors import Problem, problem_response
from app.pages.rendering import templates

WEIGHT = re.compile(r"[01](\.[0-9]{0,3})?")


def _weight(accept: str, kind: str) -> float:
    """How much a client wants this kind of answer, by what it says of it alone."""
    for entry in accept.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name.endswith(kind):
            weights = [text[2:] for text in parameters if text.startswith("q=")]
            return float(weights[0]) if weights and WEIGHT.fullmatch(weights[0]) else 1
    return 0


def page_or_problem(request: Request, problem: Problem) -> Response:
    accept = request.headers.get("accept", "")
    prefers_json = _weight(accept, "json") > _weight(accept, "html")
    if prefers_json or request.url.path.startswith("/api/"):
        return problem_response(request, problem)
    return templates.TemplateResponse(
        request,
        "error.html",
        {"problem": problem, "phrase": HTTPStatus(problem.status).phrase},
        status_code=problem.status,
        headers=problem.headers,
    )
