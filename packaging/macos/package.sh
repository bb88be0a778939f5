#!/bin/sh
# Signs the app bundle, puts it into a disk image, and has Apple notarize the image.
#   package.sh APP DISK_IMAGE
# SIGN_IDENTITY   "Developer ID Application: ..." in the keychain; without it the signature is ad hoc
# NOTARY_PROFILE  a profile stored in the keychain with `xcrun notarytool store-credentials`
set -eu
app=$1
image=$2
here=$(cd "$(dirname "$0")" && pwd)

sign() { codesign --force --options runtime --timestamp --sign "$SIGN_IDENTITY" "$@"; }

if [ -n "${SIGN_IDENTITY-}" ]; then
    # From the inside out: a signature covers what is already signed inside. --deep would give everything one set of
    # entitlements, and Apple advises against it.
    find "$app/Contents" -type f \( -name "*.dylib" -o -name "*.so" \) | while IFS= read -r library; do
        sign "$library"
    done
    find "$app/Contents" -type d -name "*.framework" | while IFS= read -r framework; do
        sign "$framework"
    done
    sign --entitlements "$here/entitlements.plist" "$app"
else
    codesign --force --sign - "$app"  # changes to the bundle have broken PyInstaller's own signature
fi
codesign --verify --strict --deep --verbose=2 "$app"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
hdiutil create -volname "SCIM Setup Assistant" -srcfolder "$folder" -fs HFS+ -format UDZO -ov "$image"

if [ -n "${SIGN_IDENTITY-}" ]; then
    codesign --sign "$SIGN_IDENTITY" --timestamp "$image"
fi
if [ -n "${NOTARY_PROFILE-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
    xcrun stapler validate "$image"
fi
