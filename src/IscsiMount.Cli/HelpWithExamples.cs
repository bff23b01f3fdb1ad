using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using IscsiMount.Cli.Verbs;

namespace IscsiMount.Cli;

/// <summary>The usual help, and below it how the verb is really called.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples)
            {
                output.WriteLine($"  iscsimount {example}");
            }

            output.WriteLine();
        }

        return exitCode;
    }
}
