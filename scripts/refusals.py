"""What can stop the set-up, each in a sentence that says what to do."""

from __future__ import annotations

import errno
import re
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8000
DISK_FULL = r"No space left on device|Disk quota exceeded"


class Refusal(Exception):
    """Why preparation cannot go on and what to do, in a sentence."""


def check_python(version: tuple[int, ...]) -> None:
    if version < (3, 11):
        found = ".".join(map(str, version))
        raise Refusal(
            f"Python 3.11 or newer is needed, this is {found}. Install a newer one, or name it: "
            "PYTHON=/path/to/python3.11 ./scripts/serve"
        )


def wanted_address(arguments: Sequence[str]) -> tuple[str, int]:
    """Host and port that the server will be told to use."""
    values = {"--host": DEFAULT_HOST, "--port": str(DEFAULT_PORT)}
    for name in values:
        for index, argument in enumerate(arguments):
            if argument == name and index + 1 < len(arguments):
                values[name] = arguments[index + 1]
            elif argument.startswith(f"{name}="):
                values[name] = argument.partition("=")[2]
    port = values["--port"]
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Refusal(f"{port!r} is not a port: give a number from 0 to 65535.")
    return values["--host"], int(port)


def check_port(host: str, port: int) -> None:
    """Refuse before a long installation what the server would refuse after it."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: "is taken by another program",
            errno.EACCES: "needs the rights of an administrator",
        }
        reason = reasons.get(error.errno or 0, f"cannot be used ({error.strerror or error})")
        raise Refusal(
            f"Port {port} on {host} {reason}. Stop that program or choose another port: "
            f"./scripts/serve --port {8001 if port == DEFAULT_PORT else DEFAULT_PORT}"
        ) from error


def require_space(folder: Path, gigabytes: float) -> None:
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise Refusal(
            f"{folder} has {free:.1f} GB free and {gigabytes:.1f} GB are needed. Make room, "
            "or use ./scripts/serve --lean, which needs the least."
        )


def explain_pip(output: str, log: Path) -> str:
    """The sentence for what pip wrote to standard error."""
    causes = (
        (DISK_FULL, explain_os_error(OSError(errno.ENOSPC, ""))),
        (
            r"DO NOT MATCH THE HASHES",
            "A downloaded package is not the one in the lock file, so it was not installed. "
            "Try again; if it stays so, the package source in use serves altered files.",
        ),
        (
            r"name resolution|NewConnectionError|Failed to establish|Connection (refused|reset)|"
            r"NameResolutionError|Network is unreachable|timed out|ProxyError|from versions: none",
            "The packages could not be downloaded. Check the network (and PIP_INDEX_URL or the "
            "proxy settings if there are any) and run the same command again; it goes on from "
            "here.",
        ),
    )
    for pattern, sentence in causes:
        if re.search(pattern, output):
            return sentence
    return f"Installing the packages failed: {last_line(output)}. The whole output is in {log}."


def explain_venv(output: str) -> str:
    """The sentence for what `python -m venv` printed."""
    if re.search(DISK_FULL, output):
        return explain_os_error(OSError(errno.ENOSPC, ""))
    return (
        f"Python cannot make a virtual environment here ({last_line(output)}). "
        "On Debian or Ubuntu: apt install python3-venv"
    )


def explain_os_error(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Make room and run the same command again; it goes on from here."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{error.filename} cannot be written ({error.strerror}). Make it writable."
    return f"{error}."


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR: ").rstrip(".")[:300]
