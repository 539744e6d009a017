# shellcheck shell=bash
# Sourced by run, test and bench/run: finds the .NET 10 SDK and sets what a quiet, self-contained build needs.
# Needs a function `fail SENTENCE` and the variable `root`; leaves the SDK's version in `sdk`.

command -v dotnet >/dev/null ||
  fail "there is no dotnet command: install the .NET 10 SDK (https://dotnet.microsoft.com/download) and start again."

# A machine without a home folder (a build server) still needs a place for the SDK's own files.
export DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-${HOME:-${root:?}/artifacts/home}}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
# No build server stays behind when we are done.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

# out/edgenode looks for its runtime in the standard places; an SDK unpacked elsewhere has to be named.
if [ -z "${DOTNET_ROOT:-}" ]; then
  dotnet_home=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
  if [ -d "$dotnet_home/host/fxr" ]; then export DOTNET_ROOT=$dotnet_home; fi
  unset dotnet_home
fi

sdk=$(cd -- "$root" && dotnet --version 2>/dev/null) ||
  fail "none of the .NET SDKs here is version 10 (found: $(cd / && dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)): install the .NET 10 SDK and start again."
case $sdk in
  10.*) ;;
  *) fail "EdgeNode builds with the .NET 10 SDK and this one is $sdk: install .NET 10 and start again." ;;
esac
