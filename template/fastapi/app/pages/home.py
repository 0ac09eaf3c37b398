"""The page that everybody sees first."""

from fastapi import APIRouter, Request, Response

from app.pages.rendering import templates

router = APIRouter()


@router.get("/")
async def home(request: Request) -> Response:
    return templates.TemplateResponse(request, "home.html")
