"""A process that goes by the name of another program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Claim, Evidence, Unread
from tcpview_tui.findings.programs import MULTI_CALL, base, is_interpreter, is_shell, is_steady, plain
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted, script

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Executable

_POSED = frozenset(
    {"acpid", "agetty", "apache2", "atd", "auditd", "avahi-daemon", "chronyd", "containerd", "cron"}
    | {"crond", "cupsd", "dbus-broker", "dbus-daemon", "dhclient", "dnsmasq", "dockerd", "haproxy", "httpd"}
    | {"inetd", "init", "irqbalance", "journald", "kubelet", "lighttpd", "logind", "memcached", "mysqld"}
    | {"named", "networkmanager", "nginx", "ntpd", "polkitd", "postgres", "proftpd", "redis-server"}
    | {"rpcbind", "rsyslogd", "sendmail", "smbd", "snmpd", "sshd", "syslogd", "systemd", "systemd-journal"}
    | {"systemd-journald", "systemd-logind", "systemd-network", "systemd-networkd", "systemd-resolve"}
    | {"systemd-resolved", "systemd-timesyn", "systemd-timesyncd", "systemd-udevd", "udevd", "udisksd"}
    | {"unattended-upgr", "vsftpd", "wpa_supplicant", "xinetd"}
)
"""Programs that are on many machines, run for long and draw no attention; with the name as the kernel cuts it."""

_TELLING = 3
"""Letters of a name that tell nothing yet: everything begins like something short."""

_EMULATORS = re.compile(r"qemu|box(?:64|86)|fex|wine|rosetta|valgrind|ld-linux|ld-musl|bwrap|proot")
"""Programs that run another one and go by its name."""


def _emulates(path: str) -> bool:
    return is_steady(path) and bool(_EMULATORS.match(base(path)))


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if exe and isinstance(exe.original, str):
        return Hit(
            f"runs a copy of {exe.original} under the name {base(exe.path)}{contacted(evidence)}",
            "Some programs bring an interpreter of their own along and name it after themselves; no shell, though.",
            Severity.HIGH,
        )
    if exe is None or plain(exe.path) in MULTI_CALL or _emulates(exe.path):
        return None
    found = _by_path(evidence, exe) or _by_name(evidence, exe)
    return found and found._replace(sentence=f"{found.sentence}, but runs {exe.path}{contacted(evidence)}")


def _by_path(evidence: Evidence, exe: Executable) -> Hit | None:
    """Judge the path that the process gives as its own."""
    title = "" if isinstance(evidence.argv, Unread) or not evidence.argv else evidence.argv[0].removeprefix("-")
    name = base(title.partition(" ")[0])
    agrees = _agree(name, exe.path)
    if agrees and is_steady(exe.path):
        return None
    if evidence.claim is Claim.OTHER:
        return Hit(f"calls itself {title}, which is another program", "A link that was changed since looks like that.")
    if agrees and not _is_posed(name):
        return None
    if evidence.claim is Claim.SCRIPT:
        against = "A start script may pass on its own name."
        return Hit(f"calls itself {title}, which is a script", against, Severity.LOW)
    if evidence.claim is Claim.MISSING:
        against = "A start script, or a link that was removed since, leaves such a name."
        grave = Severity.MEDIUM if _is_posed(name) else Severity.LOW
        return Hit(f"calls itself {title}, where no file is", against, grave)
    return None


def _by_name(evidence: Evidence, exe: Executable) -> Hit | None:
    """Judge the name in ps(1) and the title of a program that overwrites its arguments (``sshd: root@pts/0``)."""
    if _runs_script(evidence, exe):
        return None
    argv = () if isinstance(evidence.argv, Unread) else evidence.argv
    title = base(argv[0].lstrip("-").partition(" ")[0]).partition(":")[0] if argv else ""
    own = (exe.path, title) if evidence.claim is Claim.SAME else (exe.path,)
    for name in (evidence.comm, title):
        if _is_posed(name) and not any(_agree(name, each) for each in own):
            return Hit(f"calls itself {name}", "Programs may choose their names; few choose that of another one.")
    return None


def _runs_script(evidence: Evidence, exe: Executable) -> bool:
    """Whether it is an interpreter that bears the name of what it runs, as the kernel names it (execve(2))."""
    name = script(evidence)
    return bool(name) and name.startswith(evidence.comm) and (is_interpreter(exe.path) or is_shell(exe.path))


def _is_posed(name: str) -> bool:
    return name.lower().strip("()") in _POSED


def _agree(name: str, path: str) -> bool:
    """Whether one begins with the other, in any case: ``CRON`` is cron, ``sshd`` is sshd-session."""
    one, other = plain(name), plain(path)
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) > _TELLING and longer.startswith(shorter))


NAME_MISMATCH = Rule(
    id="name-mismatch",
    version=2,
    title="Name of another program",
    of="process",
    reads="/proc/PID/exe, the name in /proc/PID/stat, /proc/PID/cmdline and the file that it names; the build "
    "id of a program with a socket as standard stream, deleted, or in a hidden or shared directory, and where it has "
    "none, its bytes, held against shells and interpreters in its root",
    severity=Severity.MEDIUM,
    technique="T1036.005",
    benign="Start scripts that pass on their own name; links that an upgrade removed. High is only a copied shell or "
    "interpreter. Unmarked: titles (nginx: worker process), login shells, links, multi-call programs, scripts, and "
    "names that no well-known service has.",
    check=_check,
)
