using System.Diagnostics;
using System.Text;

namespace IscsiMount.Testing;

/// <summary>A program that others wrote, while it runs. Disposing of it kills it with all its children.</summary>
/// <remarks>
/// A program that goes into the background by itself is out of reach: start daemons in the foreground.
/// </remarks>
public sealed class ForeignProcess : IAsyncDisposable
{
    // LIMIT: more than any test looks at; a program that talks without end must not fill the memory.
    private const int OutputLengthMax = 64 * 1024 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    internal ForeignProcess(ProcessStartInfo start, string input)
    {
        CommandLine = string.Join(' ', [start.FileName, .. start.ArgumentList]);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        GiveInput(input);
    }

    public string CommandLine { get; }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard output so far, in whole lines.</summary>
    public string Output => Read(_output);

    /// <summary>What it wrote to standard error so far, in whole lines.</summary>
    public string Errors => Read(_errors);

    /// <summary>The command with all that the program said, for the message of a failure.</summary>
    public string Report() => $"$ {CommandLine}\n{Output}{Errors}";

    /// <summary>Waits until the process ends and its output is read.</summary>
    /// <returns>The exit code, or nothing if the time ran out. Then it still runs.</returns>
    public async Task<int?> WaitForExitAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Ends it at once and without a chance to tidy up, as a crash does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await WaitForExitAsync(ForeignTool.DefaultLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line is not null && text.Length < OutputLengthMax)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private void GiveInput(string input)
    {
        try
        {
            _process.StandardInput.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading, which is its own affair. The exit code will tell.
        }
    }
}
