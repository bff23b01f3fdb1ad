using IscsiMount.Build.Commands;
using IscsiMount.Testing;

namespace IscsiMount.Build.Packages;

/// <summary>Installs what is missing from Debian's packages, and touches nothing that is there.</summary>
internal static class PackageInstaller
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <exception cref="BuildFailedException">Something is missing and cannot be installed by us.</exception>
    public static async Task EnsureAsync(IEnumerable<ForeignPackage> packages, CancellationToken cancellationToken)
    {
        ForeignPackage[] missing = [.. packages.Where(package => !ForeignPackages.IsInstalled(package))];
        if (missing.Length == 0 || !OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (ForeignPackage package in missing)
        {
            Console.WriteLine($"missing: {package.Name,-18} {package.Reason}");
        }

        string[] names = [.. missing.Select(package => package.Name)];
        string[] rights = RightsToInstall(names);
        await RunAptAsync([.. rights, "apt-get", "update", "-q"], cancellationToken);
        await RunAptAsync(
            [.. rights, "apt-get", "install", "-q", "-y", "--no-install-recommends", .. names], cancellationToken);

        if (missing.FirstOrDefault(package => !ForeignPackages.IsInstalled(package)) is { } incomplete)
        {
            throw new BuildFailedException(
                $"apt-get installed {incomplete.Name}, and not all of {string.Join(", ", incomplete.Brings)} came.");
        }
    }

    // The words before apt-get: none for root, sudo for others.
    private static string[] RightsToInstall(string[] names)
    {
        string byHand = $"Install by hand: {string.Join(' ', names)}";
        if (ForeignPackages.FindProgram("apt-get") is null)
        {
            throw new BuildFailedException($"This system has no apt-get, and nothing else is known here. {byHand}");
        }

        if (Environment.IsPrivilegedProcess)
        {
            return [];
        }

        if (ForeignPackages.FindProgram("sudo") is null)
        {
            throw new BuildFailedException($"To install packages takes root or sudo, and this is neither. {byHand}");
        }

        // On a terminal sudo may ask for the password. Without one it must not wait for an answer.
        string[] asking = Console.IsInputRedirected ? ["--non-interactive"] : [];
        return ["sudo", .. asking, "env", "DEBIAN_FRONTEND=noninteractive"];
    }

    private static async Task RunAptAsync(string[] words, CancellationToken cancellationToken)
    {
        var command = new Command(words[0], words[1..])
        {
            Limit = Limit,
            Environment = new Dictionary<string, string?>
            {
                ["DEBIAN_FRONTEND"] = "noninteractive",
                ["LC_ALL"] = "C.UTF-8",
            },
        };
        Console.WriteLine($"$ {command}");
        CommandResult result = await CommandRunner.CaptureAsync(command, cancellationToken);
        result.MustSucceed();
    }
}
