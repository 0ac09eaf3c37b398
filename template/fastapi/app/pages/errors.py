"""Errors as pages, and as problem documents for clients that prefer JSON."""

import re
from http import HTTPStatus

from fastapi import Request, Response

from app.errors import Problem, problem_response
from app.pages.templating import templates

# A media type that the client accepts, and its weight, which is 1 by default.
ACCEPTED = re.compile(r"[/+](json|html)\s*(?:;\s*q=([01](?:\.[0-9]*)?))?")


def page_or_problem(request: Request, problem: Problem) -> Response:
    accept = request.headers.get("accept", "").lower()
    weights = {kind: float(weight or 1) for kind, weight in ACCEPTED.findall(accept)}
    prefers_json = weights.get("json", 0) > weights.get("html", 0)
    if prefers_json or request.url.path.startswith("/api/"):
        return problem_response(request, problem)
    return templates.TemplateResponse(
        request,
        "error.html",
        {"problem": problem, "phrase": HTTPStatus(problem.status).phrase},
        status_code=problem.status,
        headers=problem.headers,
    )
