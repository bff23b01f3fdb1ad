using System.Runtime.InteropServices;
using IscsiMount.Build;
using IscsiMount.Build.Benchmarking;
using IscsiMount.Build.Demonstration;
using IscsiMount.Build.Publishing;
using IscsiMount.Build.Verification;

IBuildTask[] tasks = [new DemoTask(), new TestTask(), new CheckTask(), new PublishTask(), new BenchTask()];

// An interrupted task still tidies up: the signal cancels it, and its finally blocks run.
using var interruption = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

string name = args.FirstOrDefault() ?? "help";
if (tasks.FirstOrDefault(task => task.Name == name) is not { } chosen)
{
    return Help(name);
}

try
{
    var arguments = new TaskArguments(args[1..]);
    return await chosen.RunAsync(arguments, interruption.Token);
}
catch (BuildFailedException failure)
{
    await Console.Error.WriteLineAsync($"\n{name} failed: {failure.Message}");
    return failure.ExitCode;
}
catch (OperationCanceledException) when (interruption.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync($"\n{name} was interrupted.");
    return 130;
}

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interruption.Cancel();
}

int Help(string asked)
{
    bool isAskedFor = asked is "help" or "--help" or "-h";
    TextWriter output = isAskedFor ? Console.Out : Console.Error;
    output.WriteLine(isAskedFor ? "Tasks:" : $"There is no task '{asked}'. There are:");
    foreach (IBuildTask task in tasks)
    {
        output.WriteLine($"  {task.Usage,-46} {task.Summary}");
    }

    return isAskedFor ? 0 : BuildFailedException.WrongUsage;
}
