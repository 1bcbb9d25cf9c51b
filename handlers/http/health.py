"""Is the process alive, is it ready to answer, and what has it counted."""

import contextlib
from collections.abc import Sequence
from ipaddress import ip_address

import prometheus_client
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import real_now
from bot.database import Database
from bot.database_waits import answering
from bot.errors import BotError
from bot.queries.effects import get_effects_report
from bot.queries.jobs import JobReport, list_job_reports
from bot.queries.sync import count_alerts
from bot.telemetry import (
    effects_dead,
    effects_pending,
    job_days,
    job_last_done,
    job_next_due,
)


def health_routes(database: Database) -> list[Route]:
    """/livez, /readyz and /metrics; none of them names a customer or shows a secret."""

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_request: Request) -> Response:
        try:
            with answering(), database.looking() as reading:
                report = get_effects_report(reading, now=real_now())
                alerts = count_alerts(reading)
        except BotError as failed:
            return JSONResponse({"ready": False, "why": failed.message}, status_code=503)
        if database.trouble:
            return JSONResponse({"ready": False, "why": database.trouble}, status_code=503)
        # What waits for a person's decision keeps nobody from being served.
        counts = {"failed_work": report.dead_ends_count, "alerts": alerts}
        return JSONResponse(
            {"ready": True} | {name: count for name, count in counts.items() if count}
        )

    def metrics(request: Request) -> Response:
        if not _is_from_here(request):
            return PlainTextResponse("Metrics are read on this machine only.", status_code=403)
        with contextlib.suppress(BotError), answering(), database.looking() as reading:
            report = get_effects_report(reading, now=real_now())
            effects_pending.set(report.pending_count)
            effects_dead.set(report.dead_ends_count)
            _tell_jobs(list_job_reports(reading, now=real_now()))
        return Response(
            prometheus_client.generate_latest(),
            media_type=prometheus_client.CONTENT_TYPE_LATEST,
        )

    return [
        Route("/livez", livez, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def _tell_jobs(jobs: Sequence[JobReport]) -> None:
    """Bring the figures of the timetable up to date."""
    for job in jobs:
        if job.last_age is not None:
            job_last_done.labels(job.name).set(job.last_age.total_seconds())
        if job.next_at is not None:
            job_next_due.labels(job.name).set(job.next_at.timestamp())
        job_days.labels(job.name, "running").set(job.running_count)
        job_days.labels(job.name, "waiting").set(job.waiting_count)
        job_days.labels(job.name, "failed").set(job.failed_count)
        job_days.labels(job.name, "skipped").set(job.skipped_count)


def _is_from_here(request: Request) -> bool:
    """Whether the caller is this machine itself, and not a proxy on it that passes a call on."""
    if request.client is None or {"x-forwarded-for", "forwarded"} & set(request.headers.keys()):
        return False
    return ip_address(request.client.host).is_loopback
