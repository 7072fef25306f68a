"""A few system calls between us and a child, then the child itself. Run by ``children.start``, never imported.

    python -I -S child.py PARENT DEATH_SIGNAL NOBODY COMMAND...

The kernel sends DEATH_SIGNAL to the child when PARENT is gone, so that a killed supervisor leaves nothing behind.
With NOBODY=1, and only as root, the child enters a user namespace in which it is 'nobody': PostgreSQL refuses to be
root, and this way its files stay root's and no account is made. A program of its own, because running Python between
fork and exec in a process with threads may hang.
"""

import ctypes
import os
import signal
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
NO_NAMESPACE = 77


def main(parent: int, death_signal: int, nobody: bool, command: list[str]) -> None:
    if nobody and os.geteuid() == 0:
        enter_user_namespace()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            sys.exit(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job would hand it down as ignored
    os.execv(command[0], command)


def enter_user_namespace() -> None:
    if sys.platform != "linux" or ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
        sys.exit(NO_NAMESPACE)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
        with open(f"/proc/self/{name}", "w") as map_file:  # noqa: PTH123 - pathlib costs another 10 ms per child
            map_file.write(line)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", sys.argv[4:])
