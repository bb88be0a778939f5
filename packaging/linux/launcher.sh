#!/bin/sh
# Starts the SCIM Setup Assistant from the folder it was unpacked into.
#   ./cie-scim-assistant --add-to-menu         puts it into the menu of this user
#   ./cie-scim-assistant --remove-from-menu    takes it out again; setups and secrets stay
#   ./cie-scim-assistant --remove-my-data      removes setups and secrets of this user, after a question
set -eu
here=$(dirname "$(readlink -f "$0")")
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/cie-scim-assistant.desktop
icon=$data/icons/hicolor/scalable/apps/cie-scim-assistant.svg
kind=$data/mime/packages/cie-scim-assistant.xml

# Desktops read lists that are made from these files; where the tools are absent they look at the files themselves.
refresh() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || :; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" || :; fi
}

case ${1-} in
--add-to-menu)
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")" "$(dirname "$kind")"
    cp "$here/cie-scim-assistant.svg" "$icon"
    cp "$here/mime.xml" "$kind"
    # Quoted as desktop entries want it; a folder whose name has one of " ` $ \ or % is refused.
    case $here in *[\"\`\$\\%]*) echo "Move the folder to one without quotes, \$, \\ or % in its name." >&2; exit 1 ;; esac
    while IFS= read -r line; do
        case $line in
        Exec=cie-scim-assistant*) printf 'Exec="%s/cie-scim-assistant"%s\n' "$here" "${line#Exec=cie-scim-assistant}" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$here/cie-scim-assistant.desktop" >"$entry"
    refresh
    echo "The SCIM Setup Assistant is in the menu."
    ;;
--remove-from-menu)
    rm -f "$entry" "$icon" "$kind"
    refresh
    echo "The SCIM Setup Assistant is no longer in the menu. Setups and secrets are still there; to remove them too:"
    echo "    $here/cie-scim-assistant --remove-my-data"
    ;;
*) exec "$here/program/cie-scim-assistant" "$@" ;;
esac
