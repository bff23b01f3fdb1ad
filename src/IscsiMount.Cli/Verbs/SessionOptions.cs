using System.CommandLine;
using System.CommandLine.Parsing;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary>Options that several verbs share because they are about a session.</summary>
internal static class SessionOptions
{
    public static Option<string?> InitiatorName() => new("--initiator-name")
    {
        Description = "The name under which this machine logs in. Targets with access lists expect a certain one.",
        HelpName = "IQN",
    };

    public static Option<DigestWish> Digest(string name, string subject) => new(name)
    {
        Description = $"A checksum over the {subject} of each PDU. Default: auto, only if the target insists.",
        HelpName = "auto|on|off",
        CustomParser = ParseWish,
    };

    private static DigestWish ParseWish(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        (DigestWish wish, bool isKnown) = text switch
        {
            "auto" => (DigestWish.Auto, true),
            "on" => (DigestWish.On, true),
            "off" => (DigestWish.Off, true),
            _ => (DigestWish.Auto, false),
        };
        if (!isKnown)
        {
            result.AddError($"'{text}' is not one of auto, on and off.");
        }

        return wish;
    }
}
