"""All addresses: the doors' and those of operations. They are tried in this order, and the machines' are asked for most."""

from django.urls import include, path

from mlplatform import clients, operations, wheel

urlpatterns = [
    path("", include("apps.api.urls")),
    path("health", operations.health),
    path("ready", operations.ready),
    path("version", operations.version),
    path("metrics", operations.metrics),
    path(f"clients/{wheel.FILE_NAME}", clients.package, name="client-wheel"),
    path("", include("apps.web.urls")),
]

handler400 = "mlplatform.errors.bad_request"
handler403 = "mlplatform.errors.permission_denied"
handler404 = "mlplatform.errors.not_found"
handler500 = "mlplatform.errors.server_error"
