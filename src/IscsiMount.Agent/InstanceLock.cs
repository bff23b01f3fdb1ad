using IscsiMount.Control;

namespace IscsiMount.Agent;

/// <summary>
/// Held by the one agent of a run folder for as long as it lives. The kernel frees it when the process ends in
/// whatever way, so it is never stale.
/// </summary>
public sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    /// <summary>Null means that another agent holds it.</summary>
    /// <exception cref="IOException">The folder does not take a file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours.</exception>
    public static InstanceLock? TryTake(AgentPaths paths)
    {
        // The file stays when the lock is given back: if it were deleted, two agents could each hold "the" file.
        try
        {
            return new(new FileStream(paths.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(paths.LockPath))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
