#!/bin/sh
# The way in on Linux. All that it does is in tools/IscsiMount.Build; `./build.sh help` lists it.
cd "$(dirname "$0")" || exit 1
if ! command -v dotnet > /dev/null; then
    echo "build.sh: the .NET 10 SDK is missing: there is no 'dotnet' on the path." >&2
    echo "Install the package dotnet-sdk-10.0, or follow https://learn.microsoft.com/dotnet/core/install/linux" >&2
    exit 127
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
exec dotnet run --project tools/IscsiMount.Build --configuration Release --verbosity quiet -- "$@"
