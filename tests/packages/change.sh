# After the next boot: the packages once more, away, back, and purged.
set -u
part() { printf '==== %s\n' "$*"; }

part after the boot
systemctl show -P ActiveState station-gateway | sed 's/^activating$/active/' # it has begun by itself
systemctl start station-gateway # waits until it is ready
systemctl is-active station-gateway
part again
dpkg -i /root/station-gateway.deb > /dev/null
systemctl is-active station-gateway
systemctl enable -q --now station-gateway-web
part removed
dpkg -r station-gateway-cameras station-gateway > /dev/null 2>&1
echo exit $?
systemctl is-active station-gateway
ls /opt /etc/station-gateway
ls /var/lib/station-gateway | grep -x gateway.db
part put back
dpkg -i /root/station-gateway.deb > /dev/null
systemctl is-active station-gateway station-gateway-web
systemctl is-enabled station-gateway station-gateway-web station-gateway-ports.timer
part purged
dpkg -P station-gateway > /dev/null 2>&1
dpkg -P station-gateway-cameras > /dev/null 2>&1
echo exit $?
/machine/all-files.sh > /root/after
diff /root/before /root/after && echo as before
getent passwd gateway gateway-web gateway-relay || echo nobody
getent group gateway || echo no group
