"""A process that looks like a thread of the kernel in ps(1), and is none."""

from __future__ import annotations

import re

from tcpview_tui.findings.evidence import Evidence, Unread
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted

_THREADS = re.compile(
    r"kworker(?:/.*)?|kthreadd|ksoftirqd/\d+|migration/\d+|cpuhp/\d+|rcu_\w+(?:/\d+)?|rcu[obpcs]+/\d+|kswapd\d+|kdevtmpfs"
    r"|kauditd|khungtaskd|khugepaged|kcompactd\d+|ksmd|kblockd|kthrotld|kintegrityd|kstrp|kpsmoused|kdmflush(?:/.*)?"
    r"|oom_reaper|watchdogd?/\d+|watchdogd|idle_inject/\d+|irq/\d+-.*|scsi_(?:eh|tmf)_\d+|jbd2/.*|ext4-rsv-conver"
    r"|xfs(?:aild|alloc|_mru_cache|-.+/.+)|btrfs-\w+|mm_percpu_wq|inet_frag_wq|pool_workqueue_.*|slub_flushwq"
    r"|ipv6_addrconf|ata_sff|devfreq_wq|edac-poller|tpm_dev_wq|zswap-shrink|nvme-\w+-wq|cfg80211|rpciod|xprtiod|nfsiod"
    r"|ecryptfs-kthrea|kvm-nx-lpage-re|dmcrypt_write/.*|charger_manager|acpi_thermal_pm|hwrng|bioset|psimon"
)
"""Threads of Linux 4.4 to 6.18 that no ordinary program is called like."""

_BRACKETS = re.compile(r"\[(.*)\]")


def _check(evidence: Evidence) -> Answer:
    if evidence.kernel:
        return None
    argv = evidence.argv
    if isinstance(argv, Unread):
        return Unknown(argv.reason)
    if evidence.executable is None:  # it has ended, and nobody has asked for its status yet
        return None
    first = argv[0].strip() if argv else ""
    bracketed = _BRACKETS.fullmatch(first)
    tail = f"like a thread of the kernel, but is a program{_run(evidence)}{contacted(evidence)}"
    for name in (bracketed[1] if bracketed else first, evidence.comm):
        if _THREADS.fullmatch(name):
            return Hit(f"calls itself {name} {tail}")
    if bracketed:
        return Hit(f"calls itself {first}, in brackets {tail}", severity=Severity.MEDIUM)
    return None if any(argv) else _erased(evidence, tail)


def _erased(evidence: Evidence, tail: str) -> Answer:
    if isinstance(evidence.executable, Unread):  # nobody tells then, either, whether it is only just starting
        return Unknown(evidence.executable.reason)
    return Hit(
        f"has no command line, so that it is listed as [{evidence.comm}] {tail}",
        "A program that was started without arguments, not even its own name, looks like that, too.",
        Severity.LOW,
    )


def _run(evidence: Evidence) -> str:
    exe = evidence.executable
    return "" if exe is None or isinstance(exe, Unread) else f" run from {exe.path}"


FAKE_KERNEL_THREAD = Rule(
    id="fake-kernel-thread",
    version=1,
    title="Fake kernel thread",
    of="process",
    reads="the flag PF_KTHREAD and the name in /proc/PID/stat; /proc/PID/cmdline",
    severity=Severity.HIGH,
    technique="T1036.011",
    benign="Hardly any: no ordinary program is named like a thread of the kernel.",
    check=_check,
)
