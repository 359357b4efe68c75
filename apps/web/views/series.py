"""Curves for `<chart-card>`: JSON, and 304 while nothing new was logged."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.core.errors import Invalid
from apps.experiments.queries import series as queries
from apps.web.base import actor_of, signed_in

WORDS = {1: "NaN", 2: "Infinity", 3: "-Infinity"}


@signed_in
def curves(request: HttpRequest) -> HttpResponse:
    """The metric `key` of `runs` (ids between commas), reduced to `width` pixels, over the steps `start` to `end`."""
    run_ids = [text for text in request.GET.get("runs", "").split(",") if text]
    width, start, end = _integer(request, "width", 600), _integer(request, "start"), _integer(request, "end")
    known = request.META.get("HTTP_IF_NONE_MATCH", "").strip('W/"')
    found = queries.get_curves(
        actor_of(request), run_ids, request.GET.get("key", ""), width=width or 600, start=start, end=end, known=known
    )
    if found is None:
        answer = HttpResponse(status=304)
        answer["ETag"] = f'"{known}"'
        return answer
    answer = JsonResponse(
        {"key": found.key, "x": "step", "version": found.version, "series": [_curve(curve) for curve in found.curves]}
    )
    answer["ETag"] = f'"{found.version}"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _curve(curve: queries.Curve) -> dict:
    step, value, kind, timestamp = curve.latest
    return {
        "run_id": curve.run_id,
        "name": curve.name,
        "points": [[at, WORDS.get(what, number), stamp] for at, number, what, stamp in curve.points],
        "count": curve.count,
        "shown": len(curve.points) + len(curve.nan_steps),
        "nan_steps": curve.nan_steps,
        "last": {"step": step, "value": WORDS.get(kind, value), "timestamp": timestamp},
        "running": curve.running,
        "start_time": curve.start_time,
    }


def _integer(request: HttpRequest, name: str, default: int | None = None) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return default
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise Invalid(f"'{name}' must be a number") from None
