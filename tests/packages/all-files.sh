#!/bin/sh
# What lies on the disk, but for what every system changes by itself.
find / -xdev \( -path /proc -o -path /sys -o -path /machine -o -path /tmp -o -path /var/tmp -o -path /run -o -path /root \
    -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \) -prune -o -print | sort
