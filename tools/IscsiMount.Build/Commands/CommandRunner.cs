using System.Diagnostics;
using System.Text;

namespace IscsiMount.Build.Commands;

/// <summary>Runs programs to their end: never longer than their limit, and never beyond an interruption.</summary>
internal static class CommandRunner
{
    /// <summary>Runs a program and shows each line as it comes.</summary>
    public static Task<CommandResult> ShowAsync(Command command, CancellationToken cancellationToken)
    {
        return RunAsync(command, Console.WriteLine, cancellationToken);
    }

    /// <summary>Runs a program and shows nothing. What it said is in the result.</summary>
    public static Task<CommandResult> CaptureAsync(Command command, CancellationToken cancellationToken)
    {
        return RunAsync(command, _ => { }, cancellationToken);
    }

    /// <summary>Starts a program with no input of ours.</summary>
    /// <exception cref="BuildFailedException">There is no such program.</exception>
    public static Process Start(Command command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.Folder,
        };
        foreach ((string name, string? value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception reason)
        {
            throw new BuildFailedException($"'{command.Program}' cannot be started: {reason.Message}");
        }
    }

    private static async Task<CommandResult> RunAsync(
        Command command, Action<string> show, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        using Process process = Start(command);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(command.Limit);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new CommandResult(command, process.ExitCode, Text());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return new CommandResult(command, null, Text());
        }

        void Take(string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (output)
            {
                output.Append(line).Append('\n');
                show(line);
            }
        }

        string Text()
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }
}
