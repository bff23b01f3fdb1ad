using System.Text.Json;
using IscsiMount.Control;

namespace IscsiMount.Cli.Background;

/// <summary>One attempt to start the agent, and the reason if it fails.</summary>
internal sealed class AgentStart(AgentPaths paths, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>LIMIT: the agent writes a few sentences.</summary>
    private const int ReasonSizeMax = 64 * 1024;

    private static readonly TimeSpan AttemptInterval = TimeSpan.FromSeconds(1);

    private readonly long _start = time.GetTimestamp();
    private long _attempt;
    private IBackgroundProcess? _process;

    public void Begin()
    {
        _attempt = time.GetTimestamp();
        try
        {
            PrepareFolder();
            File.Delete(paths.FailurePath);
            _process = BackgroundProcess.Start(["agent", "run"]);
        }
        catch (IOException failure)
        {
            throw NotStartable(failure.Message);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw NotStartable(failure.Message);
        }
    }

    /// <summary>Throws if the attempt has failed, and as soon as that is known.</summary>
    public void GoOn()
    {
        int? exitCode = _process?.ExitCode;
        if (ReadReason() is { } reason)
        {
            throw new ControlException(reason with
            {
                Code = ErrorCode.AgentNotStartable,
                Name = ErrorCodes.NameOf(ErrorCode.AgentNotStartable),
            });
        }

        if (time.GetElapsedTime(_start) > Patience)
        {
            throw NotStartable($"It does not listen after {Patience.TotalSeconds:0} s.");
        }

        if (exitCode == ErrorCodes.ExitCodeOf(ErrorCode.AgentAlreadyRuns))
        {
            WaitForTheOther();
        }
        else if (exitCode is { } code)
        {
            throw NotStartable($"The agent ended with {code} before it listened.");
        }
    }

    // Another agent holds the lock. Mostly it is about to listen; but it may also be one that is about to end, and
    // then somebody has to start the next.
    private void WaitForTheOther()
    {
        if (time.GetElapsedTime(_attempt) > AttemptInterval)
        {
            Begin();
        }
    }

    private void PrepareFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(paths.RunFolder);
        }
        else
        {
            Directory.CreateDirectory(
                paths.RunFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Problem? ReadReason()
    {
        try
        {
            var file = new FileInfo(paths.FailurePath);
            return file is { Exists: true, Length: > 0 and <= ReasonSizeMax }
                ? JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), ControlJson.Default.Document)?.Error
                : null;
        }
        catch (JsonException)
        {
            // It is being written.
            return null;
        }
        catch (IOException)
        {
            // It is gone again: another agent has started.
            return null;
        }
    }

    private ControlException NotStartable(string reason) => new(
        ErrorCode.AgentNotStartable,
        "The agent cannot be started.",
        reason,
        $"Run 'iscsimount agent run' to see what it says; its log is in {paths.LogFolder}");
}
