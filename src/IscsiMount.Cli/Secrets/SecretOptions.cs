using System.CommandLine;
using IscsiMount.Control;

namespace IscsiMount.Cli.Secrets;

/// <summary>
/// One secret, wherever it comes from: a file, the input, or the terminal. It is never an argument, since every user of
/// a machine sees the arguments of all processes.
/// </summary>
internal sealed class SecretOptions
{
    private readonly Option<string?> _file;
    private readonly Option<bool> _input;

    /// <param name="verb">The verb that takes the options.</param>
    /// <param name="name">As in <c>--chap-secret</c>-file.</param>
    /// <param name="whose">For the help, such as <c>of this initiator</c>.</param>
    public SecretOptions(Command verb, string name, string whose)
    {
        _file = new Option<string?>($"{name}-file")
        {
            Description = $"The file with the secret {whose}; nobody but its owner may read it.",
            HelpName = "FILE",
        };
        _input = new Option<bool>($"{name}-stdin")
        {
            Description = $"The secret {whose} is the next line of the input. Default: it is asked for.",
        };
        verb.Options.Add(_file);
        verb.Options.Add(_input);
    }

    public bool IsGiven(ParseResult arguments) =>
        arguments.GetValue(_file) is not null || arguments.GetValue(_input);

    /// <summary>The secret. The caller clears it.</summary>
    /// <param name="input">The input, from which one secret after the other is read.</param>
    /// <param name="question">What a user at the terminal is asked for.</param>
    /// <exception cref="ControlException">There is none.</exception>
    public byte[] Read(ParseResult arguments, Stream input, string question)
    {
        bool isInput = arguments.GetValue(_input);
        if (arguments.GetValue(_file) is { } path)
        {
            return isInput
                ? throw new ControlException(
                    ErrorCode.WrongUsage, $"{_file.Name} and {_input.Name} contradict each other.")
                : SecretFile.Read(path);
        }

        if (SecretPrompt.IsPossible)
        {
            return SecretPrompt.Ask(question);
        }

        return isInput ? SecretLine.ReadNext(input) : throw new ControlException(
            ErrorCode.SecretUnusable,
            $"No secret is given ({question}).",
            "There is no terminal to ask at.",
            $"Use {_file.Name} FILE, or {_input.Name}.");
    }
}
