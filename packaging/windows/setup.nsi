; The Windows setup, for a single user without administrator rights. makensis compiles it on every OS, with
;   /DVERSION=1.2.3  /DFILES=the list of the program's files, see packaging/nsis.py
;   /DICON=icon  /DOUT=path of the setup  /DMIME=type of hand-over files  /DSIZE=installed size in KiB
; and optionally  /DSIGN=command that signs the file named after it  /DTARGET=a processor other than NSIS's default.
; Silent: setup.exe /S, and uninstall.exe /S, which keeps setups and secrets.
Unicode true
!ifdef TARGET
  Target ${TARGET}
!endif
!include MUI2.nsh
!include LogicLib.nsh

!define ID cie-scim-assistant
!define TITLE "SCIM Setup Assistant"
!define PUBLISHER "SCIM Setup Assistant maintainers"
!define EXE "$INSTDIR\${ID}.exe"
!define REMOVAL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define KIND "CieScimAssistant.HandOver"

Name "${TITLE}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${ID}"
RequestExecutionLevel user
ManifestDPIAware true
SetCompressor /SOLID lzma
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${TITLE}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Setup of ${TITLE}"
VIAddVersionKey CompanyName "${PUBLISHER}"
VIAddVersionKey LegalCopyright "Apache-2.0"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
  !finalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "${EXE}"
!define MUI_FINISHPAGE_RUN_TEXT "Start the ${TITLE}"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; While the program is running its file can't be replaced, so setup and removal wait rather than leave half of it.
!macro WAIT_UNTIL_CLOSED UN
Function ${UN}WaitUntilClosed
  again:
  ${IfNot} ${FileExists} "${EXE}"
    Return
  ${EndIf}
  ClearErrors
  FileOpen $0 "${EXE}" a
  ${IfNot} ${Errors}
    FileClose $0
    Return
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "The ${TITLE} is open. Close it, then try again." /SD IDCANCEL IDRETRY again
  SetErrorLevel 2
  Abort
FunctionEnd
!macroend
!insertmacro WAIT_UNTIL_CLOSED ""
!insertmacro WAIT_UNTIL_CLOSED "un."

; The program's files, and the commands that remove exactly these.
!include "${FILES}"

Section
  Call WaitUntilClosed
  ; An older version knows best which files are its own.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ExecWait '"$INSTDIR\uninstall.exe" /S _?=$INSTDIR'
  ${EndIf}
  !insertmacro INSTALL_FILES
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${TITLE}.lnk" "${EXE}" "" "${EXE}" 0

  WriteRegStr HKCU "${REMOVAL}" DisplayName "${TITLE}"
  WriteRegStr HKCU "${REMOVAL}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${REMOVAL}" Publisher "${PUBLISHER}"
  WriteRegStr HKCU "${REMOVAL}" DisplayIcon "${EXE}"
  WriteRegStr HKCU "${REMOVAL}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${REMOVAL}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${REMOVAL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${REMOVAL}" EstimatedSize ${SIZE}
  WriteRegDWORD HKCU "${REMOVAL}" NoModify 1
  WriteRegDWORD HKCU "${REMOVAL}" NoRepair 1

  WriteRegStr HKCU "Software\Classes\.ciescim" "" "${KIND}"
  WriteRegStr HKCU "Software\Classes\.ciescim" "Content Type" "${MIME}"
  WriteRegStr HKCU "Software\Classes\${KIND}" "" "SCIM setup hand-over"
  WriteRegStr HKCU "Software\Classes\${KIND}\DefaultIcon" "" "${EXE},0"
  WriteRegStr HKCU "Software\Classes\${KIND}\shell\open\command" "" '"${EXE}" "%1"'
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)' ; SHCNE_ASSOCCHANGED
SectionEnd

Section Uninstall
  Call un.WaitUntilClosed
  ; Lists what this account has and asks whether to remove it. An upgrade or a silent removal keeps it.
  ${IfNot} ${Silent}
    ExecWait '"${EXE}" --remove-my-data'
  ${EndIf}
  !insertmacro REMOVE_FILES
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP" ; a folder in use can't be removed
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${TITLE}.lnk"
  DeleteRegKey HKCU "${REMOVAL}"
  DeleteRegKey HKCU "Software\Classes\${KIND}"
  ; The extension may belong to another program by now.
  ReadRegStr $0 HKCU "Software\Classes\.ciescim" ""
  ${If} $0 == "${KIND}"
    DeleteRegKey HKCU "Software\Classes\.ciescim"
  ${EndIf}
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
