"""What the station notices about itself: findings, exceedances, long outages, delays, clock, runs, disk space,
certificates."""
