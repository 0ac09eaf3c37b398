"""The home page."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.pages.templating import templates

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/", name="home")
async def home(request: Request) -> Response:
    return templates.TemplateResponse(request, "home.html")
