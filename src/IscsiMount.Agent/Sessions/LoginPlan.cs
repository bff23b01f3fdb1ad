using IscsiMount.Control;
using IscsiMount.Control.Requests;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent.Sessions;

/// <summary>Makes what a user typed into what the initiator takes, or says what is wrong with it.</summary>
internal static class LoginPlan
{
    private static readonly TimeSpan ReconnectTimeoutDefault = TimeSpan.FromSeconds(120);

    public static PortalAddress Portal(string text)
    {
        return PortalAddress.TryParse(text, out PortalAddress? portal) ? portal : throw new ControlException(
            ErrorCode.InvalidName,
            $"'{text}' is not a portal.",
            hint: "Write HOST, HOST:PORT, or [IPv6]:PORT.");
    }

    /// <summary>
    /// The name as the standard wants it. A target may have a name that the standard does not allow; it is taken as
    /// it is.
    /// </summary>
    public static IscsiName Target(string text)
    {
        return IscsiName.TryPrepare(text, out IscsiName? name, out string? problem) || IscsiName.TryTake(text, out name)
            ? name
            : throw new ControlException(ErrorCode.InvalidName, $"'{text}' cannot be the name of a target.", problem);
    }

    /// <summary>How long reads and writes of a mount wait for a target that is away.</summary>
    public static TimeSpan ReconnectTimeout(LoginRequest request) =>
        request.ReconnectTimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : ReconnectTimeoutDefault;

    public static SessionOptions Options(LoginRequest request, AgentSettings settings)
    {
        return Options(request.InitiatorName, request.TimeoutSeconds, settings) with
        {
            HeaderDigest = Policy(request.HeaderDigest),
            DataDigest = Policy(request.DataDigest),
        };
    }

    public static SessionOptions Options(string? initiatorName, double timeoutSeconds, AgentSettings settings)
    {
        string name = initiatorName ?? settings.InitiatorName;
        if (!IscsiName.TryPrepare(name, out IscsiName? prepared, out string? problem))
        {
            throw new ControlException(
                ErrorCode.InvalidName,
                $"'{name}' cannot be the name of an initiator.",
                problem,
                "A name looks like iqn.2001-04.com.example:host1.");
        }

        var options = new SessionOptions { InitiatorName = prepared.Value };
        bool isShorter = timeoutSeconds > 0 && timeoutSeconds < options.LoginTimeout.TotalSeconds;
        return isShorter ? options with { LoginTimeout = TimeSpan.FromSeconds(timeoutSeconds) } : options;
    }

    private static DigestPolicy Policy(DigestWish wish) => wish switch
    {
        DigestWish.Auto => DigestPolicy.Auto,
        DigestWish.On => DigestPolicy.On,
        DigestWish.Off => DigestPolicy.Off,
    };
}
