using System.Text;
using IscsiMount.Control;

namespace IscsiMount.Cli.Output;

/// <summary>A problem for people: what failed, why, what to do next. Each is a line.</summary>
internal static class ProblemText
{
    public static string Format(Problem problem)
    {
        var text = new StringBuilder();
        string subject = problem.Subject is null ? "" : $"{problem.Subject}: ";
        text.AppendLine($"iscsimount: {subject}{Printable(problem.Message)}");
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
