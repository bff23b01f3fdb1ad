using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using IscsiMount.Cli.Output;
using IscsiMount.Cli.Verbs;
using IscsiMount.Control;

namespace IscsiMount.Cli;

/// <summary>From the arguments to the exit code.</summary>
public static class CommandLine
{
    /// <summary>Ctrl-C or SIGTERM, as shells count it.</summary>
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] args)
    {
        UseUtf8();
        try
        {
            return await RunAsync(args, new CliContext(TimeProvider.System));
        }
        catch (OutputClosedException)
        {
            // Whoever read us (head, less) has seen enough.
            return 0;
        }
        catch (OutputFailedException failure)
        {
            await Console.Error.WriteLineAsync($"iscsimount: The result cannot be written: {failure.Message}.");
            return ErrorCodes.ExitCodeOf(ErrorCode.Unexpected);
        }
    }

    /// <summary>The tree of verbs. A verb is added here and nowhere else.</summary>
    internal static RootCommand Build(CliContext context)
    {
        var root = new RootCommand("Mounts the volumes of iSCSI targets, without a kernel initiator.");
        root.Options.Add(context.Options.Json);
        root.Options.Add(context.Options.Timeout);
        foreach (Command verb in VerbList.All(context))
        {
            root.Subcommands.Add(verb);
        }

        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    private static async Task<int> RunAsync(string[] args, CliContext context)
    {
        ParseResult parsed = Build(context).Parse(args);
        context.Output.IsJson = parsed.GetValue(context.Options.Json);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            return context.Output.Fail(WrongUsage(parsed));
        }

        return await InvokeAsync(parsed, context);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, CliContext context)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        if (parsed.CommandResult.Command is AgentRunVerb or TargetServeVerb)
        {
            // What serves others ends in its own order, and takes the signals itself.
            configuration.ProcessTerminationTimeout = null;
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (ControlException failure)
        {
            return context.Output.Fail(failure.Problem);
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (IOException failure)
        {
            return context.Output.Fail(Problem.Of(ErrorCode.Unexpected, "The command failed.", failure.Message));
        }
        catch (UnauthorizedAccessException failure)
        {
            return context.Output.Fail(Problem.Of(ErrorCode.Unexpected, "The command failed.", failure.Message));
        }
    }

    private static Problem WrongUsage(ParseResult parsed)
    {
        string command = string.Join(' ', Names(parsed.CommandResult.Command).Reverse());
        string errors = string.Join(' ', parsed.Errors.Select(error => error.Message).Distinct());
        return Problem.Of(
            ErrorCode.WrongUsage,
            $"'{command}' cannot be called like this.",
            errors,
            $"'{command} --help' shows what there is, with examples.");
    }

    private static IEnumerable<string> Names(Command command)
    {
        for (Command? c = command; c is not null and not RootCommand; c = c.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return c.Name;
        }

        yield return "iscsimount";
    }

    private static void UseUtf8()
    {
        if (!OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }
        catch (IOException)
        {
            // There is no console, so nobody is there to misread us.
        }
    }
}
