"""NMEA sentences and SDI-12 answers, against what makers print."""

from stationsim.text.checksums import checksum
from stationsim.text.sdi12 import crc


def test_an_nmea_checksum() -> None:
    assert checksum("xor", b"WIMWV,39,R,1.3,M,A") == b"06"  # Vaisala WXT530


def test_an_sdi12_crc() -> None:
    assert crc(b"1+2.7+85.2-0.2-2.7+770.5") == b"CAH"  # Vaisala WMT700
    assert crc(b"0+0.04+10+14.8+0.0+0+0.0") == b"INy"  # Vaisala WXT530
