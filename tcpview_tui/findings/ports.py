"""Well-known ports by what a connection to them means (IANA's registry, where nothing else is said)."""

from __future__ import annotations

LOG_IN = {
    21: "FTP", 22: "SSH", 23: "Telnet", 110: "POP3", 143: "IMAP", 445: "SMB", 993: "IMAP", 995: "POP3", 2323: "Telnet",
    3389: "RDP", 5900: "VNC", 5985: "WinRM", 5986: "WinRM",
}  # fmt: skip
"""Where one logs in: who guesses passwords connects again for each few. Cheap devices have Telnet at 2323."""

MAIL = {25: "SMTP", 465: "SMTP", 587: "SMTP"}
"""Where letters are handed in."""

SOUGHT = LOG_IN.keys() | {135, 139, 1433, 2375, 3306, 5432, 6379, 7547, 8291, 9200, 11211, 27017}
"""Where worms and intruders look for machines to take: log-ins, databases, and the administration of Windows (135,
139), Docker (2375), home routers (7547) and MikroTik's (8291)."""

COMMON = MAIL.keys() | {53, 80, 123, 443, 853, 8080, 8443}
"""Where honest programs ask very many addresses: web, names, time, mail."""

POLLED = {
    53: "DNS", 67: "DHCP", 110: "POP3", 123: "NTP", 143: "IMAP", 547: "DHCP", 853: "DNS", 993: "IMAP", 995: "POP3",
}  # fmt: skip
"""Where honest clients ask in a rhythm."""
