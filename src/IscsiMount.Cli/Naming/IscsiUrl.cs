using System.Globalization;
using IscsiMount.Control;

namespace IscsiMount.Cli.Naming;

/// <summary>
/// A target, logical unit or volume in one word: <c>iscsi://[user@]host[:port]/iqn[/lun[/partition]]</c>. An
/// IPv6 address stands in brackets.
/// </summary>
internal sealed record IscsiUrl
{
    public const string Scheme = "iscsi://";

    /// <summary>As whom to log in; null says nothing about it.</summary>
    public string? User { get; init; }

    /// <summary><c>host[:port]</c></summary>
    public required string Portal { get; init; }

    public required string Target { get; init; }

    public ulong? Lun { get; init; }

    public int? Partition { get; init; }

    public static bool IsUrl(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="ControlException">The text is not such a URL.</exception>
    public static IscsiUrl Parse(string text)
    {
        return TryParse(text, out string reason) ?? throw new ControlException(
            ErrorCode.WrongUsage, reason,
            hint: "An example: iscsi://nas.example:3260/iqn.2001-04.com.example:disk1/0/1");
    }

    /// <summary>Null where the text is not such a URL; the reason is a sentence.</summary>
    public static IscsiUrl? TryParse(string text, out string reason)
    {
        reason = "";
        string[] parts = text[Math.Min(Scheme.Length, text.Length)..].TrimEnd('/').Split('/');
        if (!IsUrl(text) || parts.Length is < 2 or > 4 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            reason = $"'{text}' is not of the form iscsi://[user@]host[:port]/iqn[/lun[/partition]].";
            return null;
        }

        string[] userAndHost = parts[0].Split('@');
        string user = userAndHost.Length > 1 ? userAndHost[0] : "nobody";
        bool hasUserOnly = user.Length > 0 && !user.AsSpan().ContainsAny(":%");
        if (userAndHost.Length > 2 || userAndHost[^1].Length == 0 || !hasUserOnly)
        {
            // It is not repeated: what stands there may be a secret.
            reason = "Before the host of the URL stands a user and nothing else. A secret has no place there.";
            return null;
        }

        ulong lun = 0;
        int partition = 0;
        if ((parts.Length > 2 && !ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out lun))
            || (parts.Length > 3
                && !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out partition)))
        {
            reason = $"'{text}': the logical unit and the partition are numbers.";
            return null;
        }

        return new IscsiUrl
        {
            User = userAndHost.Length > 1 ? user : null,
            Portal = userAndHost[^1],
            Target = Uri.UnescapeDataString(parts[1]),
            Lun = parts.Length > 2 ? lun : null,
            Partition = parts.Length > 3 ? partition : null,
        };
    }
}
