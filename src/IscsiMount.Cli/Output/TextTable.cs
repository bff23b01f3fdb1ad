using Spectre.Console;

namespace IscsiMount.Cli.Output;

/// <summary>Rows under headings: a table on a terminal, aligned columns everywhere else.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    public void Add(params string?[] cells)
    {
        _rows.Add([.. cells.Select(cell => ProblemText.Printable(cell ?? ""))]);
    }

    public void Write(TextWriter writer, bool isTerminal)
    {
        if (isTerminal)
        {
            WriteTable(writer);
        }
        else
        {
            WriteColumns(writer);
        }
    }

    private void WriteColumns(TextWriter writer)
    {
        string[][] lines = [headings, .. _rows];
        int[] widths = [.. headings.Select((_, column) => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
        {
            IEnumerable<string> cells = line.Select((cell, column) => cell.PadRight(widths[column]));
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private void WriteTable(TextWriter writer)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (string heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        }

        foreach (string[] row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        // NO_COLOR and TERM=dumb are honoured by the console itself.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new TerminalOutput(writer) });
        console.Write(table);
    }

    /// <summary>Writes into our own buffer with the width and abilities of the terminal.</summary>
    private sealed class TerminalOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => Math.Max(Console.WindowWidth, 40);

        public int Height => Math.Max(Console.WindowHeight, 10);

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
