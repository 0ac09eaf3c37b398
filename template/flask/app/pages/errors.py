"""Errors as pages, and as problem documents for clients that prefer JSON."""

from flask import Response, make_response, render_template, request

from app.errors import Problem, problem_response

MEDIA_TYPES = ("text/html", "application/problem+json", "application/json")


def page_or_problem(problem: Problem) -> Response:
    preferred = request.accept_mimetypes.best_match(MEDIA_TYPES)
    if preferred != "text/html" or request.path.startswith("/api/"):
        return problem_response(problem)
    page = render_template("error.html", problem=problem)
    response = make_response(page, problem.status)
    response.headers.extend(problem.headers)
    return response
