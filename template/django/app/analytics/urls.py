from django.urls import path

from app.analytics import views

urlpatterns = [
    path("", views.dashboard, name="analytics"),
    path("train", views.train, name="forecast-train"),
    path("sales/", views.sale_list, name="sales"),
    path("sales/export.<str:suffix>", views.export, name="sales-export"),
    path("import/", views.import_file, name="sales-import"),
    path("import/<uuid:import_id>", views.confirm, name="sales-import-confirm"),
    path("reports/", views.report_list, name="reports"),
    path("reports/new", views.create_report, name="report-new"),
    path("reports/<uuid:report_id>", views.report, name="report"),
    path("reports/<uuid:report_id>/compute", views.compute, name="report-compute"),
    path("reports/<uuid:report_id>/delete", views.delete_report, name="report-delete"),
]
