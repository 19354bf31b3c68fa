"""What stands around the measuring: cameras, the automatic sampler, and how long everything is kept."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.config.cameras.video_storage import SHORTEST_VIDEO
from gateway.config.equipment import EquipmentKind
from gateway.config.storage import SHORTEST_READINGS, SHORTEST_RECORDS
from gateway.core.instants import milliseconds
from gateway.reports.document import Cell, ReportTable, SettingCell, TermCell, heads


def cameras(configuration: Configuration) -> ReportTable:
    """Those that are recorded, with the device that each is if the equipment has it."""
    devices = {one.camera: one for one in configuration.equipment if one.camera is not None}
    rows: list[tuple[Cell, ...]] = []
    for camera in () if configuration.cameras is None else configuration.cameras.list:
        device = devices.get(camera.name)
        plate = (None, None, None) if device is None else (device.make, device.model, device.serial)
        rows.append((camera.name, *plate, str(camera.url)))
    return ReportTable(heads("camera", "make", "model", "serial", "where"), tuple(rows))


def sampler(configuration: Configuration) -> ReportTable:
    """How it is told to take a sample; which device it is, if the equipment has just one."""
    told = configuration.sampler
    if told is None:
        return ReportTable(heads("equipment"), ())
    devices = [one for one in configuration.equipment if one.kind is EquipmentKind.SAMPLER]
    device = devices[0] if len(devices) == 1 else None
    row: tuple[Cell, ...] = (
        None if device is None else device.name,
        None if device is None else device.make,
        None if device is None else device.model,
        None if device is None else device.serial,
        TermCell("_and_".join(sorted(set(told.on), reverse=True)), "sampled_on"),
        SettingCell(milliseconds(told.min_interval)),
        told.link,
        f"{told.unit}, {told.target}",
    )
    columns = heads("equipment", "make", "model", "serial", "sampled_on", "least_pause", "link", "address")
    return ReportTable(columns, (row,))


def kept(configuration: Configuration) -> ReportTable:
    """How long everything is kept at least, beside what TT10/2021 asks for."""
    storage, video = configuration.storage, configuration.cameras
    lengths = [("readings", storage.readings, SHORTEST_READINGS), ("records", storage.records, SHORTEST_RECORDS)]
    if video is not None:
        lengths.append(("video", video.storage.keep, SHORTEST_VIDEO))
    return ReportTable(
        heads("kept", "kept_for", "kept_least"),
        tuple(
            (TermCell(what, "kept"), SettingCell(milliseconds(length)), SettingCell(milliseconds(least)))
            for what, length, least in lengths
        ),
    )
