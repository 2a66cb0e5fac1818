"""What the disk of a run file can do: network disks share no memory, and some take no locks."""

from __future__ import annotations

import errno
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gfs2", "ocfs2"),
    *("glusterfs", "beegfs", "gpfs", "vboxsf", "virtiofs", "webdav", "davfs", "coda"),
}
_NETWORK_BY_FUSE = ("sshfs", "glusterfs", "s3fs", "gcsfuse", "rclone", "davfs", "ceph", "juicefs")
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


def is_network(path: Path) -> bool:
    """Whether a path is, or would be, on a network disk. Known on Linux; elsewhere False."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return _is_network(_type_of_disk(path.absolute().resolve(), mounts))


def _type_of_disk(path: Path, mounts: str) -> str:
    """The file system that a path is on, as mountinfo names it; empty if it does not say."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        place, _, rest = line.partition(" - ")
        fields = place.split(" ")
        if len(fields) < 5 or not rest:
            continue
        # Spaces and their like are written as octal numbers.
        point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        # Of mounts at one place the last counts.
        if path.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), rest.split(" ")[0]
    return kind


def _is_network(kind: str) -> bool:
    name = kind.removeprefix("fuse.")
    return kind in _NETWORK or (name != kind and name.startswith(_NETWORK_BY_FUSE))


def has_locks(path: Path) -> bool:
    """Whether files beside ``path`` can be locked. Only network disks are ever asked."""
    return not is_network(path) or _takes_locks(path.absolute().parent)


@lru_cache(maxsize=64)
def _takes_locks(folder: Path) -> bool:
    """Tried on a file of its own: closing a run file would let go of all locks on it."""
    try:
        import fcntl
    except ImportError:
        return True
    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as trial:
        try:
            fcntl.lockf(trial, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _NO_LOCKS
    return True
