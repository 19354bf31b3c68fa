"""What can never take effect is refused, wherever it stands: the line, what is wrong, what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults

COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
PROBE = "    poll: 5s\n    parameters:\n      - {symbol: pH"
FLOW = '{symbol: Flow, unit: m3/h, register: "input:0", type: float32}'
END = "destinations:\n"
HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
SERIAL = ("type: modbus-rtu", "type: serial")
AT_COD = "gateway.yaml:17: instruments.probe.parameters.COD"
AT_STATUS = "gateway.yaml:15: instruments.probe.status"
CAN_BE = "COD can be 0 to 6553.5"
METER = "    poll: 10s\n    parameters:\n      - " + FLOW
WIND = '- {symbol: WD, unit: degree, register: "input:9", type: uint16, weight: WD}'


def cod(more: str) -> tuple[str, str]:
    return (COD, f"{COD[:-1]}, {more}}}")


def brokers(*known: tuple[str, str | None]) -> list[tuple[str, str]]:
    """Url and client id of each."""
    added = "".join(
        f"  - {{name: broker{number}, authority: province, url: {url}, password: {{env: SO_TNMT}},"
        f" mqtt: {{{'' if client_id is None else f'client_id: {client_id}'}}}}}\n"
        for number, (url, client_id) in enumerate(known, 1)
    )
    return [(END, END + added)]


def status(sources: str) -> tuple[str, str]:
    return (PROBE, PROBE.replace("    parameters", f"    status: {sources}\n    parameters"))


def text(response: str, parameter: str, more: str = "") -> list[tuple[str, str]]:
    section = f"    poll: 10s\n    {more}ascii: {{request: R, {response}}}\n    parameters: [{parameter}]"
    return [SERIAL, (METER, section)]


def computed(line: str) -> tuple[str, str]:
    return (END, f"computed:\n  - {line}\n{END}")


FLOW_TEXT = "{symbol: Flow, unit: m3/h}"
FAULTS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "digests_where_no_destination_takes_files": (
        [
            ("sftp://nuo001@ftp.example.vn/NUO001", "mqtts://nuo001@broker.example.vn/NUO001"),
            (HOST_KEY, "journal: {send: true}\n"),
        ],
        "gateway.yaml:28: journal.send: no destination takes files: no digest is ever sent",
    ),
    "a_range_that_the_type_never_reaches": (
        [cod("range: [7000, 9000]")],
        f"{AT_COD}.range: no value ever lies in it: {CAN_BE}",
    ),
    "a_range_on_the_other_side_of_nothing": (
        [cod("range: [-100, -1]")],
        f"{AT_COD}.range: no value ever lies in it: {CAN_BE}",
    ),
    "a_limit_beyond_the_type": (
        [cod("limit: {max: 10000}")],
        f"{AT_COD}.limit: 10000 can never be exceeded: {CAN_BE}",
    ),
    "a_limit_at_the_end_of_the_type": (
        [cod("limit: {max: 6553.5}")],
        f"{AT_COD}.limit: 6553.5 can never be exceeded: {CAN_BE}",
    ),
    "both_bounds_beyond_the_type": (
        [cod("limit: {min: -5, max: 7000}")],
        f"{AT_COD}.limit: -5 and 7000 can never be exceeded: {CAN_BE}",
    ),
    "a_mean_beyond_the_type": (
        [cod("limit: {max: 10000, over: 1h}")],
        f"{AT_COD}.limit: 10000 can never be exceeded: {CAN_BE}",
    ),
    "a_limit_beyond_a_current_loop": (
        [
            (
                COD,
                '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, limit: {max: 250},'
                " from_current: {raw: [0, 4000], current: [4, 20], value: [0, 200]}}",
            )
        ],
        f"{AT_COD}.limit: 250 can never be exceeded: COD can be 0 to 212.5",
    ),
    "a_standards_limit_beyond_the_type": (
        [
            (
                COD,
                '{symbol: COD, unit: mg/L, register: "input:2.high", type: uint8, scale: 0.1,'
                ' limit: {standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}}',
            )
        ],
        f"{AT_COD}.limit: 148.5 can never be exceeded: COD can be 0 to 25.5",
    ),
    "a_limit_of_what_is_calculated": (
        [
            (
                COD,
                '{symbol: COD, unit: mg/L, calculate: "[a] + [b] / 1000", limit: {max: 70000},'
                ' registers: {a: {register: "input:2", type: uint16}, b: {register: "input:3", type: bcd16}}}',
            )
        ],
        f"{AT_COD}.limit: 70000 can never be exceeded: COD can be 0 to 65545",
    ),
    "a_loop_that_is_never_alive": (
        [
            (
                COD,
                '{symbol: COD, unit: mg/L, register: "input:2", type: uint16,'
                " from_current: {raw: [100000, 200000], current: [4, 20], value: [0, 200]}}",
            )
        ],
        f"{AT_COD}.from_current: gives no count of uint16 a current between 3.6 and 21 mA: there would "
        "never be a value",
    ),
    "a_limit_of_what_is_computed": (
        [computed("{symbol: BOD5, unit: mg/L, formula: COD * 0.5, limit: {max: 5000}}")],
        "gateway.yaml:24: computed.BOD5.limit: 5000 can never be exceeded: BOD5 can be 0 to 3276.75",
    ),
    "a_range_of_what_is_computed": (
        [computed("{symbol: BOD5, unit: mg/L, formula: COD * 0.5, range: [-9, -1]}")],
        "gateway.yaml:24: computed.BOD5.range: no value ever lies in it: BOD5 can be 0 to 3276.75",
    ),
    "a_formula_that_its_inputs_never_allow": (
        [computed("{symbol: BOD5, unit: mg/L, formula: ln(0 - COD)}")],
        "gateway.yaml:24: computed.BOD5.formula: at character 1: 'ln' never has a value: it is the "
        "logarithm of what is never above zero",
    ),
    "a_step_wider_than_the_type": (
        [cod("quality: {max_step: 7000}")],
        f"{AT_COD}.quality.max_step: 7000 is never exceeded between 0 and 6553.5",
    ),
    "a_step_wider_than_the_range": (
        [cod("range: [0, 500], quality: {max_step: 500}")],
        f"{AT_COD}.quality.max_step: 500 is never exceeded between 0 and 500",
    ),
    "a_step_that_is_great_in_a_slot": (
        [cod("range: [0, 500], quality: {max_step: 100, per: 1min}")],
        f"{AT_COD}.quality.max_step: 100 allows 500 from slot to slot and is never exceeded between 0 and 500",
    ),
    "how_long_over_no_limit": (
        [cod("quality: {over_limit: 3d}")],
        f"{AT_COD}.quality.over_limit: there is no limit for every slot that could be exceeded for so long",
    ),
    "how_long_over_the_limit_of_a_mean": (
        [cod("limit: {max: 50, over: 1h}, quality: {over_limit: 3d}")],
        f"{AT_COD}.quality.over_limit: there is no limit for every slot that could be exceeded for so long",
    ),
    "frozen_together_alone": (
        [(METER, METER.replace("    parameters", "    frozen: 1h\n    parameters"))],
        "gateway.yaml:21: instruments.flowmeter.frozen: is for values that rest together, and fewer "
        "than two of these can be told by it",
    ),
    "one_register_with_two_meanings": (
        [status('[{register: "holding:9", calibrating: [3]}, {register: "holding:9", fault: [3, 4]}]')],
        f"{AT_STATUS}[0].calibrating: 3 is a fault by another source with the same register, and the worst wins",
    ),
    "one_bit_with_two_meanings": (
        [status('[{register: "holding:9", fault_bits: [1]}, {register: "holding:9", calibrating_bits: [1]}]')],
        f"{AT_STATUS}[1].calibrating_bits: 1 is a fault by another source with the same register, and the worst wins",
    ),
    "a_schedule_within_another": (
        [status('[{schedule: "02:00-02:20", days: [mon]}, {schedule: "23:00-03:00", days: [sun, mon], is: fault}]')],
        f"{AT_STATUS}[0].schedule: is all within the hours of a schedule that says fault, and the worst wins",
    ),
    "a_group_that_nobody_uses": (
        text("response: '(?P<Flow>[0-9.]+);(?P<temp>[0-9.]+)'", FLOW_TEXT),
        "gateway.yaml:21: instruments.flowmeter.ascii.response: nobody uses the group 'temp'",
    ),
    "a_state_that_nobody_listens_to": (
        text(r"response: '(?P<Flow>[0-9.]+);(?P<status>\d)'", FLOW_TEXT),
        "gateway.yaml:21: instruments.flowmeter.ascii.response: has a group status, and nothing says "
        "what its codes mean",
    ),
    "a_checksum_that_nobody_compares": (
        text("response: '(?P<Flow>[0-9.]+);(?P<checksum>[0-9A-F]{2})'", FLOW_TEXT),
        "gateway.yaml:21: instruments.flowmeter.ascii.response: has a group checksum that is never compared",
    ),
    "a_code_that_the_group_never_is": (
        text(r"response: '(?P<Flow>[0-9.]+);(?P<status>\d)'", FLOW_TEXT, 'status: {fault: ["1", "10"]}\n    '),
        "gateway.yaml:21: instruments.flowmeter.status.fault: the group status can never be '10'",
    ),
    "a_code_of_another_kind": (
        text(r"response: '(?P<Flow>[0-9.]+);(?P<status>\d+)'", FLOW_TEXT, 'status: {calibrating: ["A"]}\n    '),
        "gateway.yaml:21: instruments.flowmeter.status.calibrating: the group status can never be 'A'",
    ),
    "a_sign_that_the_group_does_not_take": (
        text("response: '(?P<Flow>[0-9.]+)'", "{symbol: Flow, unit: m3/h, invalid: [-999]}"),
        "gateway.yaml:22: instruments.flowmeter.parameters.Flow.invalid: -999 never stands in the group "
        "Flow: it takes no '-'",
    ),
    "a_fraction_that_the_group_does_not_take": (
        text(r"response: '(?P<Flow>-?\d+)'", "{symbol: Flow, unit: m3/h, invalid: [-99.9]}"),
        "gateway.yaml:22: instruments.flowmeter.parameters.Flow.invalid: -99.9 never stands in the "
        "group Flow: it takes no '.'",
    ),
    "words_of_a_state_that_is_never_asked_for": (
        [
            SERIAL,
            (
                METER,
                "    poll: 10s\n    ak: {state: false}\n    status: {fault: [STBY]}\n"
                "    parameters: [{symbol: Flow, unit: m3/h, field: 1}]",
            ),
        ],
        "gateway.yaml:21: instruments.flowmeter.ak.state: is false: ASTZ is never asked, whose words status explains",
    ),
    "a_sample_for_no_limit": (
        [(END, f"sampler: {{link: plc, coil: 1, on: [command, exceeded]}}\n{END}")],
        "gateway.yaml:23: sampler.on: no parameter has a limit: none is ever exceeded",
    ),
    "a_sampler_that_nobody_is": (
        [(END, f"sampler: {{link: bus, unit: 0, coil: 1}}\n{END}")],
        "gateway.yaml:23: sampler.unit: 0 is no address of a device on a serial line",
    ),
    "a_direction_that_weighs_itself": (
        [(FLOW, f"{FLOW}\n      {WIND}")],
        "gateway.yaml:23: instruments.flowmeter.parameters.WD.weight: 'WD' is the direction itself, and "
        "a speed weighs it",
    ),
    "an_authority_that_gets_nothing": (
        [(HOST_KEY, f"{HOST_KEY}    symbols: {{pH: omit, COD: omit, Flow: omit}}\n")],
        "gateway.yaml:29: destinations.so-tnmt.symbols: leaves out every line: no file is ever sent",
    ),
    "one_name_at_a_broker_for_two": (
        [
            (
                END,
                END
                + "".join(
                    f"  - {{name: broker{number}, authority: province, url: mqtts://u@broker.example.vn/{number},"
                    " password: {env: SO_TNMT}, mqtt: {client_id: NUO001}}\n"
                    for number in (1, 2)
                ),
            )
        ],
        "gateway.yaml:25: destinations.broker2.mqtt.client_id: is that of broker1 at the same broker: "
        "each would shut the other out",
    ),
    "one_name_at_a_broker_by_two_ways": (
        brokers(("mqtts://u@broker.example.vn/1", "NUO001"), ("wss://u@BROKER.example.vn/mqtt", "NUO001")),
        "gateway.yaml:25: destinations.broker2.mqtt.client_id: is that of broker1 at the same broker: "
        "each would shut the other out",
    ),
    "a_wait_for_listeners_that_are_not_told": (
        [
            (
                END,
                f"{END}  - {{name: broker, authority: province, url: mqtts://u@broker.example.vn/1,"
                " password: {env: SO_TNMT}, mqtt: {version: v3.1.1, unheard: wait}}\n",
            )
        ],
        "gateway.yaml:24: destinations.broker.mqtt.unheard: is wait, and v3.1.1 never says that nobody listens",
    ),
    "a_name_that_another_backlog_has": (
        brokers(("mqtts://u@broker.example.vn/1", "NUO001"), ("mqtts://u@broker.example.vn/2", "NUO001-backlog")),
        "gateway.yaml:25: destinations.broker2.mqtt.client_id: leads to NUO001-backlog, which broker1 is at the same "
        "broker: each would shut the other out",
    ),
    "a_name_that_another_has_unsaid": (
        brokers(("mqtts://u@broker.example.vn/1", "NUO001-broker2"), ("mqtts://u@broker.example.vn/2", None)),
        "gateway.yaml:25: destinations.broker2.name: leads to NUO001-broker2, which broker1 is at the same "
        "broker: each would shut the other out",
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS)
def test_refuses(tmp_path: Path, edits: list[tuple[str, str]], expected: str) -> None:
    (fault,) = faults(edited(*edits), tmp_path)
    wrong, _, right = fault.partition("; ")
    assert wrong == expected
    assert right


TAKEN = {
    "one_name_at_two_brokers_of_a_host": brokers(
        ("mqtts://u@broker.example.vn:8883/1", "NUO001"), ("mqtts://u@broker.example.vn:8884/1", "NUO001")
    ),
    "one_name_and_others_than_its_own": brokers(
        ("mqtts://u@broker.example.vn/1", "NUO001"), ("mqtts://u@broker.example.vn/2", "NUO001-b")
    ),
    "a_limit_just_within_the_type": [cod("limit: {max: 6553.4}")],
    "a_limit_of_a_float": [(COD, COD.replace("uint16", "float32, limit: {max: 100000}"))],
    "a_limit_of_a_sum": [(COD, COD.replace("0.1}", "0.1, average: max, limit: {max: 100}}"))],
    "a_limit_of_what_is_converted": [
        (
            COD,
            '{symbol: SO2, unit: mg/Nm3, register: "input:2", type: uint16, scale: 0.01, convert: {ppm: true},'
            " limit: {max: 1000}}",
        )
    ],
    "the_usual_rules_written_out": [cod("quality: {negative: true, zero: true, over_limit: 2d}")],
    "schedules_that_overlap_in_part": [
        status('[{schedule: "02:00-02:20"}, {schedule: "02:10-03:00", days: [mon], is: fault}]')
    ],
    "registers_of_other_orders": [
        status(
            '[{register: "holding:9", type: uint32, calibrating: [3]},'
            ' {register: "holding:9", type: uint32, byte_order: CDAB, fault: [3]}]'
        )
    ],
    "a_code_by_a_flag": text(
        r"response: '(?i)(?P<Flow>[0-9.]+);(?P<status>[a-z])'", FLOW_TEXT, 'status: {fault: ["A"]}\n    '
    ),
    "a_number_in_scientific_form": text(
        r"response: '(?P<Flow>[-+]\d\.\d{4}E[-+]\d\d)'", "{symbol: Flow, unit: m3/h, invalid: [-9999, -99.9]}"
    ),
    "a_class_with_a_parenthesis": text(
        r"response: '[(](?P<Flow>[-+()0-9.]+)\);(?P<status>[])A])'", FLOW_TEXT, 'status: {fault: ["A"]}\n    '
    ),
}


@pytest.mark.parametrize("edits", TAKEN.values(), ids=TAKEN)
def test_takes_what_can_be(tmp_path: Path, edits: list[tuple[str, str]]) -> None:
    assert faults(edited(*edits), tmp_path) == []
