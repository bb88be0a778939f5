#!/bin/sh
# Starts the SCIM Setup Assistant from the folder it was unpacked into.
#   ./cie-scim-assistant --add-to-menu         puts it into the menu of this user
#   ./cie-scim-assistant --remove-from-menu    takes it out again; setups and secrets stay
set -eu
here=$(dirname "$(readlink -f "$0")")
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/cie-scim-assistant.desktop
icon=$data/icons/hicolor/scalable/apps/cie-scim-assistant.svg

case ${1-} in
--add-to-menu)
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")"
    cp "$here/cie-scim-assistant.svg" "$icon"
    # Quoted as desktop entries want it; a folder whose name has one of " ` $ \ or % is refused.
    case $here in *[\"\`\$\\%]*) echo "Move the folder to one without quotes, \$, \\ or % in its name." >&2; exit 1 ;; esac
    while IFS= read -r line; do
        case $line in
        Exec=cie-scim-assistant*) printf 'Exec="%s/cie-scim-assistant"%s\n' "$here" "${line#Exec=cie-scim-assistant}" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$here/cie-scim-assistant.desktop" >"$entry"
    echo "The SCIM Setup Assistant is in the menu."
    ;;
--remove-from-menu)
    rm -f "$entry" "$icon"
    echo "The SCIM Setup Assistant is no longer in the menu."
    ;;
*) exec "$here/program/cie-scim-assistant" "$@" ;;
esac
