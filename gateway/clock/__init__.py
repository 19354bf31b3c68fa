"""How far the clock can be trusted: time servers, the system's synchroniser, battery-backed clocks, the authorities'
servers. Asks, judges, tells; never sets a clock."""
