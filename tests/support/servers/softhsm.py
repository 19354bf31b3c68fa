"""Debian's SoftHSM: a PKCS#11 token in software."""

PACKAGES = ("softhsm2",)
