# Sourced by ./demo, ./test, ./bench and ./package: a virtual environment with the gateway, and Debian's packages that are missing.
# Not for stations: those are installed as the README says.

# say ENGLISH [VIETNAMESE]: to whoever typed the command, in the language that `gateway` would speak.
say() {
    case "${GATEWAY_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" in
        vi*) printf '%s\n' "${2:-$1}" >&2 ;;
        *) printf '%s\n' "$1" >&2 ;;
    esac
}

# hear_language OPTION…: what -l or --language says holds for these words, too.
hear_language() {
    before=""
    for option in "$@"; do
        case "$before $option" in
            "-l "* | "--language "*) GATEWAY_LANGUAGE="$option" ;;
            *" --language="*) GATEWAY_LANGUAGE="${option#*=}" ;;
        esac
        before="$option"
    done
    [ -z "${GATEWAY_LANGUAGE:-}" ] || export GATEWAY_LANGUAGE
}

# debian PROGRAM=PACKAGE …: install the packages whose program is missing, with apt-get, saying which.
debian() {
    missing=""
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null 2>&1 || missing="$missing ${pair#*=}"
    done
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install_debian $missing
}

# refresh_debian: package lists not older than a day, or what they name may be gone.
refresh_debian() {
    [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 2>/dev/null | head -n 1)" ] || as_root apt-get update -q >&2
}

install_debian() {
    say "installing Debian packages: $*" "đang cài các gói Debian: $*"
    refresh_debian
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        say "root is needed for: $*" "cần quyền root để chạy: $*"
        exit 1
    fi
}

# find_python: `$python`, with which a virtual environment can be made.
find_python() {
    python="$(command -v python3.11 || command -v python3 || true)"
    if [ -z "$python" ]; then
        debian python3=python3
        python=python3
    fi
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        { say "Python 3.11 or newer is needed" "cần Python 3.11 trở lên"; exit 1; }
    "$python" -c 'import ensurepip' 2>/dev/null || install_debian python3-venv
}

set_up() {
    find_python
    wanted="$(cat pyproject.toml hardware-sim/pyproject.toml | cksum)"
    if [ "$(cat .venv/installed 2>/dev/null || true)" != "$wanted" ]; then
        say "setting up .venv (once, some minutes)" "đang chuẩn bị .venv (chỉ một lần, vài phút)"
        [ -x .venv/bin/python ] || "$python" -m venv .venv
        .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off -e '.[dev]' -e './hardware-sim[cameras]' >&2
        printf '%s\n' "$wanted" > .venv/installed
    fi
}

# Cameras are simulated and relayed by GStreamer's RTSP server under Debian's own Python, whichever one .venv is of. The
# second of these packages brings the plugins; they are named for whoever reads what gets installed.
camera_packages="python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"

has_cameras() {
    /usr/bin/python3 -c '
import gi
for name in ("Gst", "GstRtsp", "GstRtspServer"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstRtsp, GstRtspServer
Gst.init(None)
wanted = "appsrc h264parse h265parse rtph264pay rtph265pay rtppcmapay"
raise SystemExit(any(Gst.ElementFactory.find(name) is None for name in wanted.split()))' 2>/dev/null
}

set_up_cameras() {
    # shellcheck disable=SC2086
    has_cameras || install_debian $camera_packages
}

# For the demo, which goes on without: where nobody is root, where nothing can be fetched.
try_to_set_up_cameras() {
    ( set_up_cameras ) ||
        say "going on without cameras: they need $camera_packages" "chạy tiếp không có camera: camera cần $camera_packages"
}

# gcc alone brings no headers: Debian only recommends them.
compiles_c() {
    printf '#include <arpa/inet.h>\n' | gcc -fsyntax-only -x c - 2>/dev/null
}

# USB devices that a kernel seems to have, for the tests of ports.
has_simulated_devices() {
    command -v umockdev-wrapper >/dev/null 2>&1 &&
        /usr/bin/python3 -c 'import gi; gi.require_version("UMockdev", "1.0")' 2>/dev/null
}

# Real servers run in the tests: unpacked below .servers/, never installed or started as services.
set_up_for_tests() {
    compiles_c || install_debian gcc libc6-dev
    debian ssh-keygen=openssh-client openssl=openssl unshare=util-linux lftp=lftp systemd-analyze=systemd ffprobe=ffmpeg ip=iproute2 zstd=zstd
    [ -x /usr/sbin/nft ] || install_debian nftables # a user's PATH has no /usr/sbin
    debian node=nodejs npm=npm # servers that are written in JavaScript
    set_up_cameras
    has_simulated_devices || install_debian umockdev gir1.2-umockdev-1.0
    refresh_debian
    .venv/bin/python -m tests.support.prepare >&2
}

# A Python with pip and zstd are all that the packages' recipe takes.
set_up_for_packages() {
    find_python
    debian zstd=zstd
    if [ ! -x .package/bin/pip ]; then
        say "setting up .package (once)" "đang chuẩn bị .package (chỉ một lần)"
        "$python" -m venv .package
    fi
}

# Fresh systems of Debian to try the commands in, and what the packages' campaign takes.
set_up_for_long() {
    debian debootstrap=debootstrap git=git reprepro=reprepro gpg=gpg lintian=lintian
    set_up_for_packages
}
