"""The API of reports and forecasts, below /api/v1/analytics."""

from uuid import UUID

from ninja import Query, Router

from app.accounts.requests import AuthenticatedRequest
from app.analytics import forecasting, service
from app.analytics.models import Report
from app.analytics.schemas import ForecastRead, ReportPage, ReportResult
from app.api.schemas import problems
from app.errors import Forbidden, NotFound
from app.pagination import PageParams, paginate
from app.users.models import User

router = Router(tags=["analytics"])


class NotTrained(NotFound):
    code, detail = "not_trained", "No model has been trained yet."


def require_permission(user: User, permission: str) -> None:
    if not user.has_perm(permission):
        raise Forbidden


@router.get("/reports", response={200: ReportPage, **problems(401, 403, 422)})
def list_reports(
    request: AuthenticatedRequest, params: Query[PageParams]
) -> ReportPage:
    """Return a page of reports, newest first. `next_cursor` leads to the next page."""
    require_permission(request.user, "sales.view_report")
    reports, next_cursor = paginate(service.list_reports(), params, newest_first=True)
    return ReportPage.model_validate({"reports": reports, "next_cursor": next_cursor})


@router.get(
    "/reports/{report_id}",
    response={200: ReportResult, **problems(401, 403, 404, 422)},
)
def get_report(request: AuthenticatedRequest, report_id: UUID) -> Report:
    """Return a report with its rows."""
    require_permission(request.user, "sales.view_report")
    return service.get_report(report_id)


@router.get("/forecast", response={200: ForecastRead, **problems(401, 403, 404)})
def get_forecast(request: AuthenticatedRequest) -> dict[str, object]:
    """Return the revenue of the next months, as the newest model predicts it."""
    require_permission(request.user, "sales.view_sale")
    forecast = forecasting.predict()
    if forecast is None:
        raise NotTrained
    model = forecast.model
    return {
        "algorithm": model.algorithm,
        "version": model.version,
        "trained_at": model.trained_at,
        "metrics": model.metrics,
        "rows": forecast.rows,
    }
