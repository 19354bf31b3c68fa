"""① Instrument → reading: the drivers, and the poller that asks each of them in its turn.

registry         configuration → pollers; the table of the protocols
protocol         what a protocol says of itself
poller           one link: who is asked when, and what is recorded if nobody answers
poll_schedule    when an instrument's turn is
status_rules     schedule, hold and warm-up on top of what a device says of its state
calibration_hold an instrument whose readings are 01 while the gateway lets gas in
identity_check   is this the device that the configuration means?
registers        where registers come from, and what must be known of the way there
register_command a coil or register is written once, and read back
sampler_command  what takes a sample
question         one question in words and bytes
forecast         all questions of a configuration, and whether there is time for them
manual_read      one read by hand, with everything that the device says
busy_hint        why a read by hand may fail beside the running daemon
decode           registers → numbers
register_plan    wanted registers → requests
device_profiles  what was learned of the devices, kept
sample_groups    a poll's readings, as they were answered together
reported         text → number → reading
lines            bytes out, bytes in: serial ports and connections
modbus · ascii · ak · bayern_hessen   a folder for each protocol
"""
