"""From a configured destination to its uplink."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config import Authority, Destination, DestinationUrl, Scheme, Secret
from gateway.config.destinations.identity import Legacy
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.mqtt.online_signal import MqttOnlineSignal
from gateway.uplinks.registry import FOLDERS, login_of, open_online_signal, open_order_uplink, open_uplink, pools_of
from tests.support.clock import FakeClock

CONTEXT = UplinkContext("NUO001", "live", historical=False)


def destination(scheme: Scheme) -> Destination:
    return Destination.model_construct(
        name="so-tnmt",
        authority=Authority.PROVINCE,
        url=DestinationUrl(scheme, "nuo001", "no-such-host.invalid", 1, "/NUO001"),
        password=Secret(env="NOT_SET"),
        key=None,
        host_key=("SHA256:" + "A" * 43,),
        ca=Path("/no/such/file"),
        mqtt=None,
        connections=None,
    )


@pytest.mark.parametrize("scheme", [one for one in Scheme if not one.traits.carries_orders])
def test_every_scheme_has_an_uplink_that_touches_nothing_when_opened(scheme: Scheme) -> None:
    uplink = open_uplink(destination(scheme), CONTEXT)
    assert type(uplink).__module__ == f"gateway.uplinks.{FOLDERS[scheme]}.uplink"
    uplink.close()


def test_orders_have_a_way_of_their_own_that_touches_nothing_when_opened() -> None:
    uplink = open_order_uplink(destination(Scheme.HTTPS), CONTEXT)
    assert type(uplink).__module__ == "gateway.uplinks.https.uplink"
    uplink.close()


@pytest.mark.parametrize("scheme", [one for one in Scheme if not one.traits.carries_orders])
def test_who_sends_files_never_loads_what_orders_go_by(scheme: Scheme) -> None:
    asked = (
        "import sys; from tests.unit.uplinks.test_registry import *;"
        f"open_uplink(destination(Scheme('{scheme}')), CONTEXT);"
        "print([name for name in sys.modules if name in ('httpx', 'httpcore')])"
    )
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("scheme", list(Scheme))
def test_only_a_broker_is_shown_a_presence(scheme: Scheme) -> None:
    signal = open_online_signal(destination(scheme), CONTEXT)
    assert isinstance(signal, MqttOnlineSignal) == scheme.carries_messages
    if signal is not None:
        assert not signal.is_online
        signal.close()


def test_destinations_of_one_account_share_what_their_server_counts_together() -> None:
    one = destination(Scheme.FTPS)
    url = one.url
    others = [
        one.model_copy(
            update={"name": "hourly", "connections": 2, "url": replace(url, host=url.host.upper(), path="")}
        ),
        one.model_copy(update={"name": "another user", "url": replace(url, user="nuo002")}),
        one.model_copy(update={"name": "another port", "url": replace(url, port=2)}),
    ]
    pool = pools_of([one, *others], FakeClock())
    assert pool["so-tnmt"] is pool["hourly"]
    assert len(set(map(id, pool.values()))) == 3
    assert [pool[name].limit for name in ("hourly", "another user", "another port")] == [2, 4, 4]


def test_one_answer_to_a_log_in_concerns_whoever_would_log_in_alike(tmp_path: Path) -> None:
    for name, content in {"one": "secret", "same": "secret\n", "another": "other"}.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o600)
    one = destination(Scheme.SFTP).model_copy(update={"password": Secret(file=tmp_path / "one")})
    hourly = replace(one.url, host=one.url.host.upper(), path="/hourly")
    alike = one.model_copy(update={"url": hourly, "password": Secret(file=tmp_path / "same")})
    assert login_of(alike) == login_of(one)
    for changed in (
        {"password": Secret(file=tmp_path / "another")},
        {"password": Secret(file=tmp_path / "not there")},
        {"host_key": ("SHA256:" + "B" * 43,)},
        {"legacy": (Legacy.SSH_RSA,)},
    ):
        assert login_of(one.model_copy(update=changed)) != login_of(one)
    assert "secret" not in repr(login_of(one))


def test_a_missing_library_is_named_with_the_way_to_get_it() -> None:
    program = (
        "import sys\n"
        "from gateway.core.errors import GatewayError\n"
        "from tests.unit.uplinks.test_registry import CONTEXT, Scheme, destination, open_uplink\n"
        "gone = [name for name in sys.modules if name.startswith(('paho', 'gateway.uplinks.mqtt'))]\n"
        "for name in gone: del sys.modules[name]\n"
        "sys.modules['paho'] = None\n"
        "try: open_uplink(destination(Scheme.MQTT), CONTEXT)\n"
        "except GatewayError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.strip() == (
        "destination so-tnmt: mqtt needs the package paho-mqtt, which is not installed:"
        " pip install 'station-gateway[mqtt]'"
    )


def test_the_protocols_libraries_are_loaded_only_for_them() -> None:
    program = (
        "import sys, gateway.uplinks.registry, gateway.uplinks.ftp.uplink;"
        " sys.exit('paramiko' in sys.modules or 'paho' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
