"""The user of this machine, and which one is at the other end of a connection from it."""

import os
from collections.abc import Iterator
from pathlib import Path

BY = "the user of this machine"

# The kernel writes addresses in the machine's own byte order, which is little-endian wherever this runs.
_LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F")
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _USER, _INODE = 1, 2, 7, 9


def is_another_user(peer_port: int, own_port: int) -> bool:
    """Whether another user than this process's holds the other end of a loopback connection. Root is none:
    it reads this process's memory anyway. Systems that do not tell give False."""
    if not _TABLES[0].exists():
        return False
    users = {user for local, remote, user in _connections() if (local, remote) == (peer_port, own_port)}
    # A connection that is gone from the table is nobody's who could read an answer.
    return not users & {os.getuid(), 0}


def _connections() -> Iterator[tuple[int, int, int]]:
    """Yield the ports and the user of each connection of this machine with itself."""
    for table in _TABLES:
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            local, remote = fields[_LOCAL].split(":"), fields[_REMOTE].split(":")
            # One whose program has closed it is shown as root's, and without an inode.
            if local[0] in _LOOPBACK and remote[0] in _LOOPBACK and fields[_INODE] != "0":
                yield int(local[1], 16), int(remote[1], 16), int(fields[_USER])
