"""Addresses of the project pages: projects, executions, workers."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import execution_logs, executions, project_settings, projects, workers

urlpatterns: list[URLPattern] = [
    page("projects/", projects.project_list, "projects"),
    page("projects/new/", projects.project_new, "project_new"),
    page("projects/<int:project_id>/", projects.project_page, "project"),
    page("projects/<int:project_id>/refresh/", projects.project_refresh, "project_refresh"),
    page("projects/<int:project_id>/delete/", projects.project_delete, "project_delete"),
    page("projects/<int:project_id>/settings/", project_settings.settings_page, "project_settings"),
    page("executions/", executions.execution_list, "executions"),
    page("executions/<int:execution_id>/", executions.execution_page, "execution"),
    page("executions/<int:execution_id>/again/", executions.execution_again, "execution_again"),
    page("executions/<int:execution_id>/repeat/", executions.execution_repeat, "execution_repeat"),
    page("executions/<int:execution_id>/cancel/", executions.execution_cancel, "execution_cancel"),
    page("executions/<int:execution_id>/priority/", executions.execution_priority, "execution_priority"),
    page("executions/<int:execution_id>/log/", execution_logs.part, "execution_log"),
    page("executions/<int:execution_id>/log/search/", execution_logs.search, "execution_log_search"),
    page("executions/<int:execution_id>/log/lines/", execution_logs.lines, "execution_log_lines"),
    page("executions/<int:execution_id>/log/file/", execution_logs.file, "execution_log_file"),
    page("executions/<int:execution_id>/log/environment/", execution_logs.environment, "execution_log_environment"),
    page("runs/<str:run_id>/execution/", executions.run_execution, "run_execution"),
    page("runs/<str:run_id>/again/", executions.run_again, "run_again"),
    page("workers/", workers.worker_list, "workers"),
]
