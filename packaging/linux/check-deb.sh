#!/bin/sh
# Installs the package on a minimal Debian 12, runs the tour with the installed program, removes it again, and checks
# that only the user's own data is left. Needs root and mmdebstrap.
#   check-deb.sh --make ROOT                  creates the minimal system in the folder ROOT, with all needed downloads
#   check-deb.sh PACKAGE.deb ROOT PICTURES    writes the pictures of the tour into the folder PICTURES
set -eu
fail() { echo "check-deb: $*" >&2; exit 1; }
say() { echo "==> $*"; }
name=cie-scim-assistant

desktop="xvfb xauth x11-utils dbus dbus-x11 gnome-keyring fonts-inter fonts-noto-core libglib2.0-bin man-db \
binutils shared-mime-info desktop-file-utils"

# Only downloaded, so that the package still has to depend on them.
libraries="ca-certificates libegl1 libgl1 libfontconfig1 libglib2.0-0 libwayland-cursor0 libxkbcommon-x11-0 \
libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-xkb1 libx11-xcb1 libdbus-1-3 libexpat1"

make() {
    # Use this machine's package sources if it is a Debian 12 itself.
    sources=$(apt-get indextargets --format "deb \$(REPO_URI) \$(RELEASE) main" "Created-By: Packages" \
        "Component: main" | grep " bookworm" || :)
    # shellcheck disable=SC2016 # the variable belongs to mmdebstrap
    fetch='APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get install -y --download-only --no-install-recommends '
    exec mmdebstrap --variant=minbase --dpkgopt=force-unsafe-io --skip=cleanup/apt \
        --customize-hook="$fetch$desktop $libraries" bookworm "$1" ${sources:+"$sources"}
}

outside() {
    [ "$(id -u)" = 0 ] || fail "this needs root"
    ! dpkg-deb --field "$1" Depends | grep -E "libx11-xcb1 \(|libzstd1 \(>= 1\.[5-9]" ||
        fail "it asks for newer libraries than it needs, and than Ubuntu 22.04 has"
    mkdir -p "$3"
    cp /etc/resolv.conf /etc/hosts "$2/etc/"
    cp "$1" "$2/tmp/$name.deb"
    cp "$0" "$2/tmp/check-deb.sh"
    chroot "$2" true || fail "chroot isn't allowed on this machine, so there is no minimal system to install on"
    # An unused account number, so that processes still running can be found and ended, even without /proc inside.
    account=$((50000 + $$ % 9000))
    trap 'setpriv --reuid "$account" --clear-groups sh -c "kill -s KILL -- -1" || :' EXIT
    trap "exit 143" TERM
    # The mounts end with the namespace, so nothing outside it can be affected.
    if unshare --mount true 2>/dev/null; then
        unshare --mount sh "$0" --mount "$2" "$account"
    else
        say "Mounting isn't allowed on this machine, so the minimal system has no /proc and only the devices it was created with"
        { [ -c "$2/dev/null" ] && : >"$2/dev/null"; } || fail "creating devices isn't allowed either, and programs don't run without them"
        enter "$2" "$account"
    fi
    all_ended "$account" || fail "a process it started is still running"
    cp -r "$2/home/admin/tour/." "$3/"
    say "The pictures are in $3"
}

mounted() {
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    enter "$1" "$2"
}

enter() {
    chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        sh /tmp/check-deb.sh --inside "$2"
}

# The owner of a folder in /proc is no evidence: the program hides its own from its user.
all_ended() {
    for _ in $(seq 50); do
        running=$(grep -sl "^Uid:[[:space:]]*$1[[:space:]]" /proc/[0-9]*/status) || return 0
        sleep 0.1
    done
    for one in $running; do tr "\0" " " <"${one%status}cmdline"; echo; done
    return 1
}

get() { apt-get install -y -qq --no-install-recommends "$@" >/tmp/apt.log 2>&1 || { tail -20 /tmp/apt.log >&2; fail "apt-get install $*"; }; }

# All paths except those that change by themselves.
paths() {
    find / -xdev \( -path /proc -o -path /dev -o -path /tmp -o -path /run -o -path /home/admin -o -path /var/log \
        -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort
}

as_admin() { runuser -u admin -- env HOME=/home/admin XDG_RUNTIME_DIR=/run/admin "$@"; }

# Runs a command with a screen, a session bus and an unlocked keyring. The display number is unused outside.
session() {
    as_admin xvfb-run -a -n 799 -s "-screen 0 1600x1000x24 -nolisten tcp" dbus-run-session -- sh -c \
        'printf practice | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; cd; exec "$@"' sh "$@"
}

inside() {
    say "Installing the package with only its dependencies"
    get /tmp/$name.deb
    dpkg -L $name | while read -r file; do [ -f "$file" ] && ldd "$file" 2>/dev/null; done | grep "not found" && fail "a library is missing"
    echo "    $(find /usr/lib/$name -name "*.so*" -type f | wc -l) bundled libraries, all others found"
    QT_QPA_PLATFORM=offscreen $name --smoke || fail "the first window didn't appear"
    $name --version

    say "Installing a screen, a session bus and a keyring"
    # shellcheck disable=SC2086 # a list of names
    get $desktop
    useradd --create-home --shell /bin/sh --uid "$1" admin
    install -d -m 700 -o admin /run/admin
    man -w $name >/dev/null || fail "the man page is missing"
    readelf -d $(find /usr/lib/$name -name "*.so*" -type f) /usr/bin/$name | sed -n "s/.*R[UN]*PATH.*\[\(.*\)\]/\1/p" |
        tr : "\n" | grep -v '^\$ORIGIN' && fail "a run path points outside the program"

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
        for _ in $(seq 100); do sleep 0.1; [ -d ".local/share/$2" ] && break; done
        # shellcheck disable=SC2086 # the first word is the number of the window
        kill $(xprop -id ${window%%\"*} _NET_WM_PID | sed "s/.*= //")' sh $entry $name || fail "no window of class $name appeared"
    [ -d /home/admin/.local/share/$name ] || fail "the program created no data folder"

    say "Checking what opens a hand-over file"
    kind=application/vnd.$name.setup+json
    as_admin sh -c 'echo "{}" >/home/admin/contoso.ciescim' # an empty file has no type
    as_admin gio info -a standard::content-type /home/admin/contoso.ciescim | grep -F "$kind" >/dev/null || fail "the file type isn't registered"
    as_admin gio mime $kind | grep "$name.desktop" >/dev/null || fail "nothing opens hand-over files"

    say "Running the tour with the installed program"
    started=$(sed -n '/^\[Desktop Entry\]/,/^$/s/^Exec=\(.*\) %f$/\1/p' $entry)
    # shellcheck disable=SC2086 # the entry contains a command, not a word
    session $started --practice --tour /home/admin/tour >/tmp/tour.log || { tail -5 /tmp/tour.log; fail "the tour failed"; }
    tail -1 /tmp/tour.log
    echo "    $(ls /home/admin/tour/*.png | wc -l) pictures"
    find /home/admin/.local/share/keyrings -name "*.keyring" -size +0 | grep -q . || fail "the tour didn't use the keyring"

    say "Removing the package"
    apt-get purge -y -qq $name >/dev/null 2>&1
    paths >/tmp/after
    diff /tmp/before /tmp/after || fail "files are left"
    [ "$(dpkg-query -W -f '${db:Status-Status}' $name 2>/dev/null)" != installed ] || fail "it is still installed"
    find / -xdev -path /tmp -prune -o -name "*$name*" -print | grep -v "^/home/admin/" | grep . && fail "files are left"
    find /home/admin/.local/share/$name -type f | head -3 | sed "s/^/    the user keeps /"
    [ -n "$(find /home/admin/.local/share/$name -type f)" ] || fail "the user's data is gone"
    say "Only the user's own data is left"

    say "Removing the user's data as well, at the user's request"
    dpkg -x /tmp/$name.deb /tmp/unpacked
    # shellcheck disable=SC2016 # the inner shell has its own $0
    session sh -c 'echo yes | "$0" --remove-my-data' /tmp/unpacked/usr/lib/$name/$name || fail "removing the data failed"
    [ ! -e /home/admin/.local/share/$name ] || fail "some of the user's data is left"
}

case ${1-} in
--make) make "$2" ;;
--mount) mounted "$2" "$3" ;;
--inside) inside "$2" ;;
*) [ $# = 3 ] || fail "usage: check-deb.sh PACKAGE.deb ROOT PICTURES"; outside "$1" "$2" "$3" ;;
esac
