#!/bin/sh
# Starts the SCIM Setup Assistant from the folder it was unpacked into.
#   ./cie-scim-assistant --add-to-menu         adds it to this user's menu
#   ./cie-scim-assistant --remove-from-menu    removes it from the menu; setups and secrets stay
#   ./cie-scim-assistant --remove-my-data      removes this user's setups and secrets, after asking
set -eu
here=$(dirname "$(readlink -f "$0")")
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/cie-scim-assistant.desktop
icon=$data/icons/hicolor/scalable/apps/cie-scim-assistant.svg
kind=$data/mime/packages/cie-scim-assistant.xml

# Desktops read caches built from these files; without these tools they read the files themselves.
refresh() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || :; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" || :; fi
}

case ${1-} in
--add-to-menu)
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")" "$(dirname "$kind")"
    cp "$here/cie-scim-assistant.svg" "$icon"
    cp "$here/mime.xml" "$kind"
    # Quoted as desktop entries require; a folder name with one of " ` $ \ or % is refused.
    case $here in *[\"\`\$\\%]*) echo "Move this folder to a path without quotes, \$, \\ or %." >&2; exit 1 ;; esac
    while IFS= read -r line; do
        case $line in
        Exec=cie-scim-assistant*) printf 'Exec="%s/cie-scim-assistant"%s\n' "$here" "${line#Exec=cie-scim-assistant}" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$here/cie-scim-assistant.desktop" >"$entry"
    refresh
    echo "The SCIM Setup Assistant was added to the menu."
    ;;
--remove-from-menu)
    rm -f "$entry" "$icon" "$kind"
    refresh
    echo "The SCIM Setup Assistant was removed from the menu. Setups and secrets were kept. To remove them too:"
    echo "    $here/cie-scim-assistant --remove-my-data"
    ;;
*) exec "$here/program/cie-scim-assistant" "$@" ;;
esac
