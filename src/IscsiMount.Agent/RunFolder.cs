using IscsiMount.Control;

namespace IscsiMount.Agent;

/// <summary>The folders of the agent, open to their owner alone.</summary>
internal static class RunFolder
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void Prepare(AgentPaths paths)
    {
        foreach (string folder in (string[])[paths.RunFolder, paths.StateFolder, paths.LogFolder])
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
                continue;
            }

            // The second call is for a folder that was there: it may be open to others, and it fails if it is not ours.
            Directory.CreateDirectory(folder, OwnerOnly);
            File.SetUnixFileMode(folder, OwnerOnly);
        }
    }
}
