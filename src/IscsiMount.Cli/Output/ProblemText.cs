using System.Text;
using IscsiMount.Control;

namespace IscsiMount.Cli.Output;

/// <summary>A problem for people: what failed, why, what to do next. Each is a line.</summary>
internal static class ProblemText
{
    public static string Format(Problem problem)
    {
        var text = new StringBuilder();
        text.AppendLine($"iscsimount: {Headline(problem)}");
        if (problem.Reason is not null)
        {
            text.AppendLine($"  why:  {Printable(problem.Reason)}");
        }

        if (problem.Hint is not null)
        {
            text.AppendLine($"  next: {Printable(problem.Hint)}");
        }

        return text.ToString();
    }

    /// <summary>What failed, and of what, unless the sentence says that already.</summary>
    public static string Headline(Problem problem)
    {
        bool isNamed = problem.Subject is not { } subject
            || problem.Message.Contains(subject, StringComparison.OrdinalIgnoreCase);
        return Printable(isNamed ? problem.Message : $"{problem.Subject}: {problem.Message}");
    }

    /// <summary>Labels and words of a target reach a terminal: control characters must not.</summary>
    public static string Printable(string text)
    {
        return string.Create(text.Length, text, static (characters, source) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = char.IsControl(source[i]) && source[i] != '\n' ? '?' : source[i];
            }
        });
    }
}
