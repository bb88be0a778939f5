#!/bin/sh
# Installs the package on a bare Debian 12, walks the tour with the installed program, removes it again, and looks
# whether anything but the user's own data is left. Needs root and debootstrap.
#   check-deb.sh PACKAGE.deb PICTURES    the pictures of the tour go into the folder PICTURES
set -eu
fail() { echo "check-deb: $*" >&2; exit 1; }
say() { echo "==> $*"; }
name=cie-scim-assistant

outside() {
    package=$(readlink -f "$1")
    mkdir -p "$2"
    pictures=$(readlink -f "$2")
    [ "$(id -u)" = 0 ] || fail "this needs root"
    root=$(mktemp -d)
    chmod 755 "$root"
    # Its mounts and processes end with the namespace below, so nothing outside of it can be hit here.
    trap 'rm -rf --one-file-system "$root"' EXIT
    say "Making a bare Debian 12"
    debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; fail "debootstrap"; }
    rm "$root.log"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    cp "$package" "$root/tmp/$name.deb"
    cp "$0" "$root/tmp/check-deb.sh"
    unshare --mount --pid --fork --kill-child sh "$0" --in "$root"
    cp -r "$root/home/admin/tour/." "$pictures/"
    say "The pictures are in $2"
}

enter() {
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        sh /tmp/check-deb.sh --inside
}

get() { apt-get install -y -qq --no-install-recommends "$@" >/tmp/apt.log 2>&1 || { tail -20 /tmp/apt.log >&2; fail "apt-get install $*"; }; }

# Every path but those that change by themselves.
paths() {
    find / -xdev \( -path /proc -o -path /dev -o -path /tmp -o -path /run -o -path /home/admin -o -path /var/log \
        -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort
}

as_admin() { runuser -u admin -- env HOME=/home/admin XDG_RUNTIME_DIR=/run/admin "$@"; }

# A screen, a session bus and an unlocked keyring for one command.
session() {
    as_admin xvfb-run -a -s "-screen 0 1600x1000x24 -nolisten tcp" dbus-run-session -- sh -c \
        'printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; cd; exec "$@"' sh "$@"
}

inside() {
    apt-get update -qq
    say "Installing the package with what it depends on, and nothing else"
    get /tmp/$name.deb
    dpkg -L $name | while read -r file; do [ -f "$file" ] && ldd "$file" 2>/dev/null; done | grep "not found" && fail "a library is missing"
    strings=$(find /usr/lib/$name -name "*.so*" -type f | wc -l)
    echo "    $strings libraries of its own, all others found"
    QT_QPA_PLATFORM=offscreen $name --smoke || fail "the first window"
    $name --version

    say "Getting a desktop's screen, bus and keyring"
    get xvfb xauth x11-utils dbus dbus-x11 gnome-keyring fonts-inter fonts-noto-core libglib2.0-bin procps man-db \
        binutils shared-mime-info desktop-file-utils
    useradd --create-home --shell /bin/sh admin
    install -d -m 700 -o admin /run/admin
    man -w $name >/dev/null || fail "the manual"
    readelf -d $(find /usr/lib/$name -name "*.so*" -type f) /usr/bin/$name | sed -n "s/.*R[UN]*PATH.*\[\(.*\)\]/\1/p" |
        tr : "\n" | grep -v '^\$ORIGIN' && fail "a run path that leads out of the program"

    apt-get remove -y -qq $name >/dev/null 2>&1
    paths >/tmp/before
    get /tmp/$name.deb

    say "Starting it from its menu entry"
    entry=/usr/share/applications/$name.desktop
    session sh -c '
        gio launch "$1" &
        for _ in $(seq 100); do
            sleep 0.1
            window=$(xwininfo -root -tree | grep "\"$2\" \"$2\"") && break
        done
        echo "   $window"
        sleep 1
        pkill -u admin -x "$(printf %.15s "$2")" && [ -n "$window" ]' sh $entry $name || fail "no window of class $name came up"
    [ -d /home/admin/.local/share/$name ] || fail "the program made no data folder"

    say "Looking what opens a hand-over file"
    kind=application/vnd.$name.setup+json
    as_admin sh -c 'echo "{}" >/home/admin/contoso.ciescim' # an empty file has no type
    as_admin gio info -a standard::content-type /home/admin/contoso.ciescim | grep -qF "$kind" || fail "the file type"
    as_admin gio mime $kind | grep "$name.desktop" >/dev/null || fail "nothing opens hand-over files"

    say "Walking the tour with the installed program"
    started=$(sed -n '/^\[Desktop Entry\]/,/^$/s/^Exec=\(.*\) %f$/\1/p' $entry)
    # shellcheck disable=SC2086 # the entry holds a command, not a word
    session $started --practice --tour /home/admin/tour >/tmp/tour.log || { tail -5 /tmp/tour.log; fail "the tour"; }
    tail -1 /tmp/tour.log
    echo "    $(ls /home/admin/tour/*.png | wc -l) pictures"
    find /home/admin/.local/share/keyrings -name "*.keyring" -size +0 | grep -q . || fail "the tour had no keyring"
    ! pgrep -u admin -f $name >/dev/null || fail "something it started is still running"

    say "Removing it"
    apt-get purge -y -qq $name >/dev/null 2>&1
    paths >/tmp/after
    diff /tmp/before /tmp/after || fail "something is left"
    [ "$(dpkg-query -W -f '${db:Status-Status}' $name 2>/dev/null)" != installed ] || fail "it is still installed"
    find / -xdev -path /tmp -prune -o -name "*$name*" -print | grep -v "^/home/admin/" | grep . && fail "something is left"
    find /home/admin/.local/share/$name -type f | head -3 | sed "s/^/    the user keeps /"
    [ -n "$(find /home/admin/.local/share/$name -type f)" ] || fail "the user's data are gone"
    say "Nothing is left but the user's own data"

    say "Removing that too, on the user's word"
    dpkg -x /tmp/$name.deb /tmp/unpacked
    # shellcheck disable=SC2016 # the inner shell has a $0 of its own
    session sh -c 'echo yes | "$0" --remove-my-data' /tmp/unpacked/usr/lib/$name/$name || fail "the removal of the data"
    [ ! -e /home/admin/.local/share/$name ] || fail "something of the user's data is left"
}

case ${1-} in
--in) enter "$2" ;;
--inside) inside ;;
*) [ $# = 2 ] || fail "usage: check-deb.sh PACKAGE.deb PICTURES"; outside "$1" "$2" ;;
esac
