"""`gateway journal release`: let wait again the digests that a destination refused."""

from __future__ import annotations

from contextlib import closing

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import say
from gateway.cli.slots import Name, still_served
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase


def release(destination: Name, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Bring the digests that the destination refused once more, when the reason is gone. Files are another matter:
    gateway deliveries release."""
    from gateway.core.number_of import number_of
    from gateway.outbox.digest_deliveries import DigestDeliveries
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    with closing(open_storage(configuration, to_change=True)) as database:
        still_served(configuration, database, destination)
        count = DigestDeliveries(database).release(destination, user_name(), SystemClock().now().wall_ms)
    say(Phrase("waits again: {count}", count=number_of(count, "digest")) if count else Phrase("none was refused"))
    if not configuration.journal.send and count:
        say(Phrase("journal.send is off: they are not brought until it is on again"), err=True)
