"""A plugin of pytest that leaves the names of the tests that failed to .ci/test."""

import pytest


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Write the names into pytest's cache, one a line, unless the run was broken off."""
    reports = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    was_read = all(isinstance(report, pytest.TestReport) for report in reports)
    if exitstatus == pytest.ExitCode.TESTS_FAILED and was_read and config.cache is not None:
        names = sorted({report.nodeid for report in reports})
        file = config.cache.mkdir("house") / "failed"
        file.write_text("".join(f"{name}\n" for name in names), "utf-8")
