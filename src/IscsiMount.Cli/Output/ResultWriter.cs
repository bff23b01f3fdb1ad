using System.Text.Json;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>
/// Writes what a verb has to say: text or one JSON document on standard output, errors on standard error. With
/// <c>--json</c> an error is the one document on standard output, so that a script reads one place.
/// </summary>
internal sealed class ResultWriter
{
    public bool IsJson { get; set; }

    /// <summary>Tables, boxes and colours are for people who look at a terminal.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    public void Write(Document document, Action<TextWriter, Document> asText)
    {
        if (IsJson)
        {
            WriteLine(JsonSerializer.Serialize(document, ReadableJson.Form));
            return;
        }

        using var text = new StringWriter();
        asText(text, document);
        Write(text.ToString());
    }

    public static void WriteLine(string line) => Write(line + Environment.NewLine);

    /// <summary>Tells what is wrong beside a result: on standard error, or nowhere if the document has it.</summary>
    public void Warn(Problem problem)
    {
        if (!IsJson)
        {
            Console.Error.Write(ProblemText.Format(problem));
        }
    }

    /// <summary>Tells why there is no result.</summary>
    /// <returns>The exit code.</returns>
    public int Fail(Problem problem)
    {
        if (IsJson)
        {
            WriteLine(JsonSerializer.Serialize(new Document { Error = problem }, ReadableJson.Form));
        }
        else
        {
            Console.Error.Write(ProblemText.Format(problem));
        }

        return ErrorCodes.ExitCodeOf(problem.Code);
    }

    private static void Write(string text)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.Out.Write(text);
        }
        else
        {
            UnixOutput.Write(text);
        }
    }
}
