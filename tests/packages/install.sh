# On a fresh Debian without a network: both packages, and a station of an example.
set -u
part() { printf '==== %s\n' "$*"; }
timed() {
    local began=$EPOCHREALTIME code
    "$@"
    code=$?
    awk "BEGIN {printf \"exit $code after %.1f s\\n\", $EPOCHREALTIME - $began}"
}
etc=/etc/station-gateway

/machine/all-files.sh > /root/before
part install
timed dpkg -i /root/station-gateway.deb
part cameras
timed dpkg -i /root/station-gateway-cameras.deb
while systemctl is-active -q station-gateway-compile; do sleep 0.5; done
part units
systemctl is-enabled station-gateway station-gateway-web station-gateway-ports.timer station-gateway-cameras \
    station-gateway-relay
systemctl is-active station-gateway
part failed
systemctl --failed --no-legend --plain
part users
id -Gn gateway
id -gn gateway-web
id -gn gateway-relay
part folders
stat -c '%A %U:%G %n' $etc $etc/secrets /var/lib/station-gateway
part verify
dpkg --verify station-gateway station-gateway-cameras && echo as packed
part compiled
find /opt/station-gateway -name '*.pyc' | sed 's/.*cpython-//' | sort | uniq -c
part version
hostile='raise SystemExit("not ours")'
mkdir -p /tmp/hostile
cd /tmp/hostile
echo "$hostile" | tee gateway.py typer.py > /dev/null
for version in 3.11 3.13; do
    mkdir -p /root/.local/lib/python$version/site-packages
    echo "$hostile" > /root/.local/lib/python$version/site-packages/usercustomize.py
done
PYTHONPATH=/tmp/hostile PYTHONHOME=/nowhere gateway --version
part modules
/opt/station-gateway/bin/python3 -I -c 'import argon2, av, cv2, docx, gufo.snmp, lxml.etree, numpy, openpyxl, re2, uvicorn
import httpx, jsonschema, paho.mqtt.client, pkcs11._pkcs11, rfc8785
print("all there")'
part manual
zcat /usr/share/man/man1/gateway.1.gz | head -n 1
part help
TIMEFORMAT='processor %U %S'
for _ in 1 2 3 4 5; do time gateway --help > /dev/null; done
part check
cp /usr/share/doc/station-gateway/examples/wastewater.yaml $etc/gateway.yaml
echo 'web: {listen: "127.0.0.1:8080"}' >> $etc/gateway.yaml
chown root:gateway $etc/gateway.yaml
chmod 640 $etc/gateway.yaml
for name in relay outlet so-tnmt bo-tnmt; do
    echo secret | install -m 640 -g gateway /dev/stdin $etc/secrets/$name
done
gateway check > /dev/null 2>&1
echo exit $?
part running
systemctl start station-gateway
systemctl is-active station-gateway
gateway status | head -n 1
