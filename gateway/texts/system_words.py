"""What the operating system and the libraries say when something does not work, so far as stations have met it: the
catalogue has it in Vietnamese, and it is said so behind our own words. In the log it stands as it was said."""

from __future__ import annotations

from gateway.core.phrase import Phrase

SYSTEM_WORDS = frozenset(
    (
        # libc, by number
        Phrase("Address already in use"),
        Phrase("Bad file descriptor"),
        Phrase("Broken pipe"),
        Phrase("Cannot allocate memory"),
        Phrase("Cannot assign requested address"),
        Phrase("Connection refused"),
        Phrase("Connection reset by peer"),
        Phrase("Connection timed out"),
        Phrase("Cross-device link"),
        Phrase("Device or resource busy"),
        Phrase("Directory not empty"),
        Phrase("Disk quota exceeded"),
        Phrase("File exists"),
        Phrase("File name too long"),
        Phrase("File too large"),
        Phrase("Host is down"),
        Phrase("Inappropriate ioctl for device"),
        Phrase("Input/output error"),
        Phrase("Interrupted system call"),
        Phrase("Invalid argument"),
        Phrase("Invalid data found when processing input"),
        Phrase("Is a directory"),
        Phrase("Network is down"),
        Phrase("Network is unreachable"),
        Phrase("No route to host"),
        Phrase("No space left on device"),
        Phrase("No such device"),
        Phrase("No such device or address"),
        Phrase("No such file or directory"),
        Phrase("No such process"),
        Phrase("Not a directory"),
        Phrase("Operation not permitted"),
        Phrase("Operation not supported"),
        Phrase("Permission denied"),
        Phrase("Protocol not available"),
        Phrase("Read-only file system"),
        Phrase("Remote I/O error"),
        Phrase("Resource temporarily unavailable"),
        Phrase("Stale file handle"),
        Phrase("Text file busy"),
        Phrase("Too many levels of symbolic links"),
        Phrase("Too many open files"),
        Phrase("Transport endpoint is not connected"),
        Phrase("Value too large for defined data type"),
        # names
        Phrase("Name or service not known"),
        Phrase("No address associated with hostname"),
        Phrase("Temporary failure in name resolution"),
        # TLS, of a certificate
        Phrase("certificate has expired"),
        Phrase("certificate is not yet valid"),
        Phrase("certificate verify failed"),
        Phrase("self-signed certificate"),
        Phrase("self-signed certificate in certificate chain"),
        Phrase("unable to get local issuer certificate"),
        Phrase("unable to get issuer certificate"),
        # the database
        Phrase("database is locked"),
        Phrase("database disk image is malformed"),
        Phrase("database or disk is full"),
        Phrase("disk I/O error"),
        Phrase("file is not a database"),
        Phrase("attempt to write a readonly database"),
        Phrase("unable to open database file"),
    )
)
