using System.CommandLine;
using System.Security.Cryptography;
using IscsiMount.Cli.Secrets;
using IscsiMount.Control;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary>The options of verbs that log in: who we are, who the target is, and how either proves it.</summary>
internal sealed class ChapOptions
{
    private readonly Option<string?> _user = new("--chap-user")
    {
        Description = "Log in as this user (CHAP). A target that does not ask for the secret is refused.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _targetUser = new("--mutual-user")
    {
        Description = "The target has to prove that it is this user; otherwise it is refused.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _algorithms = new("--chap-algorithm")
    {
        Description = "The hashes that are taken, the preferred one first. Default: all, the strongest first.",
        HelpName = "SHA3-256|SHA-256|SHA-1|MD5",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly SecretOptions _secret;
    private readonly SecretOptions _targetSecret;

    public ChapOptions(Command verb)
    {
        verb.Options.Add(_user);
        _secret = new SecretOptions(verb, "--chap-secret", "of --chap-user");
        verb.Options.Add(_targetUser);
        _targetSecret = new SecretOptions(verb, "--mutual-secret", "of --mutual-user");
        verb.Options.Add(_algorithms);
    }

    /// <param name="userOfUrl">The user that the URL names, if it does.</param>
    /// <returns>Null where nobody proves anything. The caller disposes of it.</returns>
    /// <exception cref="ControlException">The options do not go together, or there is no secret.</exception>
    public ChapRequest? Read(ParseResult arguments, string? userOfUrl = null)
    {
        string? user = arguments.GetValue(_user) ?? userOfUrl;
        string? targetUser = arguments.GetValue(_targetUser);
        string[] algorithms = arguments.GetValue(_algorithms) ?? [];
        if (targetUser is null && _targetSecret.IsGiven(arguments))
        {
            throw Wrong("A secret of the target is given, and no user that it belongs to.", "--mutual-user");
        }

        if (user is null)
        {
            bool isMeant = targetUser is not null || algorithms.Length > 0 || _secret.IsGiven(arguments);
            return isMeant ? throw Wrong("There is no user to log in as.", "--chap-user") : null;
        }

        using Stream input = Console.OpenStandardInput();
        byte[] secret = _secret.Read(arguments, input, $"Secret of {user}");
        byte[]? targetSecret = targetUser is null ? null : ReadOfTarget(arguments, input, targetUser, secret);
        string[] names = [.. algorithms.SelectMany(list => list.Split(','))];
        return new ChapRequest
        {
            User = user,
            Secret = secret,
            TargetUser = targetUser,
            TargetSecret = targetSecret,
            Algorithms = names.Length == 0 ? null : names,
        };
    }

    private byte[] ReadOfTarget(ParseResult arguments, Stream input, string targetUser, byte[] secret)
    {
        try
        {
            return _targetSecret.Read(arguments, input, $"Secret of the target, {targetUser}");
        }
        catch (ControlException)
        {
            CryptographicOperations.ZeroMemory(secret);
            throw;
        }
    }

    private static ControlException Wrong(string message, string option) =>
        new(ErrorCode.WrongUsage, message, hint: $"Add {option} NAME.");
}
