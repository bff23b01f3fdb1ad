# The way in on Windows. All that it does is in tools/IscsiMount.Build; `./build.ps1 help` lists it.
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error 'The .NET 10 SDK is missing: there is no dotnet on the path. Get it from https://dot.net/download'
    exit 127
}
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
Push-Location $PSScriptRoot
try {
    dotnet run --project tools/IscsiMount.Build --configuration Release --verbosity quiet -- $args
    $result = $LASTEXITCODE
} finally {
    Pop-Location
}
exit $result
