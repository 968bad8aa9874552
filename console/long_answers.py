"""
Answers that are made while they are read, such as a download of a million rows.

granian keeps whatever it is given until somebody has read it, so that a slow reader of a long answer would fill the memory.
A file it reads no faster than it can pass it on. So the answer goes through a pipe with a name, which granian reads like
a file: it takes 64 KiB, and then the next part is only made when the last one is through. No thread waits for that.

What is under way is held all the same: a part, and what granian has taken. So no more than MOST go on at once in a process,
and none goes on for ever.
"""

import asyncio
import errno
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

OPENED_SECONDS = 10.0
"""How long it may take until somebody reads. Whoever hung up meanwhile never does."""

READ_SECONDS = 60.0
"""How long a reader may take nothing at all, before the answer ends."""

ANSWER_SECONDS = 600.0
"""How long a whole answer may take, however steadily somebody reads a little of it."""

MOST = 4
"""How many long answers one process gives at once."""

NextPart = Callable[[], Awaitable[bytes | None]]
"""Makes the next part of an answer; None after the last one."""


async def pass_on(begin: Callable[[str], None], next_part: NextPart) -> None:
    """
    Pass the parts of an answer on as they are read. `begin` is called with the path of what is to be sent as a file.

    Raises TimeoutError where nobody reads, or it takes too long; BrokenPipeError where they stopped; and whatever
    `next_part` raises.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + ANSWER_SECONDS
    with tempfile.TemporaryDirectory(prefix="berth-") as folder:
        path = Path(folder) / "answer"
        os.mkfifo(path, 0o600)
        begin(str(path))
        pipe = await _opened(path)
    try:
        while (part := await next_part()) is not None:
            if loop.time() >= ends:  # Writing to a quick reader never waits, so it is not called off.
                raise TimeoutError
            async with asyncio.timeout_at(ends):
                await _write(pipe, part)
    finally:
        os.close(pipe)


async def _opened(path: Path) -> int:
    """Open a pipe for writing, which can be done once somebody reads it."""
    async with asyncio.timeout(OPENED_SECONDS):
        while True:
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            await asyncio.sleep(0.005)


async def _write(pipe: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(pipe, left) :]
        except BlockingIOError:
            async with asyncio.timeout(READ_SECONDS):
                await _writable(pipe)


async def _writable(pipe: int) -> None:
    loop = asyncio.get_running_loop()
    there_is_room = asyncio.Event()
    loop.add_writer(pipe, there_is_room.set)
    try:
        await there_is_room.wait()
    finally:
        loop.remove_writer(pipe)
