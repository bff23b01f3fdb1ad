using System.Net;
using System.Security.Cryptography;
using IscsiMount.Cli.Secrets;
using IscsiMount.Control;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;

namespace IscsiMount.Cli.Serving;

/// <summary>Makes a plan of a configuration file. Relative paths begin at the folder of the file.</summary>
/// <param name="path">The file.</param>
internal sealed class ServePlanReader(string path)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";

    /// <exception cref="ControlException">Something in the file, or behind it, is wrong.</exception>
    public ServePlan Read()
    {
        var file = ServeFile.Read(path);
        return new ServePlan(file.Portals, AccessOf(file.Discovery), [.. file.Targets.Select(PlanOf)]);
    }

    /// <exception cref="ControlException">It is none.</exception>
    public static IscsiName NameOf(string typed) =>
        IscsiName.TryPrepare(typed, out IscsiName? name, out string? problem)
            ? name
            : throw new ControlException(ErrorCode.InvalidName, $"'{typed}' is no iSCSI name.", problem);

    private TargetPlan PlanOf(TargetEntry entry) => new()
    {
        Name = NameOf(entry.Name),
        Alias = entry.Alias,
        Luns = [.. entry.Luns.Select(LunOf)],
        Access = AccessOf(entry.Access),
        MovedTo = entry.Moved is { } moved ? new TargetRedirect(PortalOf(moved.Portal), moved.Permanent) : null,
    };

    private LunPlan LunOf(LunEntry entry, int index) => entry.BlockSize is 512 or 4096
        ? new(entry.Lun ?? index, LunSource.Parse(entry.Source, _folder), entry.BlockSize, entry.ReadOnly)
        : throw Wrong($"Unit '{entry.Source}' has blocks of {entry.BlockSize} bytes.", "Blocks have 512 or 4096.");

    private TargetAccess AccessOf(AccessEntry? entry) => entry is null ? TargetAccess.Everyone : new()
    {
        Initiators = [.. entry.Initiators.Select(PatternOf)],
        Networks = [.. entry.Networks.Select(NetworkOf)],
        Users = [.. entry.Users.Select(user => new TargetUser(
            CredentialOf(user), [.. user.Initiators.Select(PatternOf)]))],
        Own = entry.Self is { } self ? CredentialOf(self) : null,
    };

    private ChapCredential CredentialOf(UserEntry user)
    {
        byte[] secret = SecretFile.Read(Path.GetFullPath(user.SecretFile, _folder));
        try
        {
            return ChapSecret.ObjectionTo(secret.Length) is { } objection
                ? throw new ControlException(
                    ErrorCode.SecretUnusable, $"The secret of '{user.Name}' cannot be used.", objection)
                : new ChapCredential(user.Name, ChapSecret.Copy(secret));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static InitiatorPattern PatternOf(string text) =>
        InitiatorPattern.TryParse(text, out InitiatorPattern? pattern, out string? problem)
            ? pattern
            : throw new ControlException(ErrorCode.InvalidName, $"'{text}' is no name of initiators.", problem);

    private static IPNetwork NetworkOf(string text) => IPNetwork.TryParse(text, out IPNetwork network)
        ? network
        : throw Wrong($"'{text}' is no network.", "Write it as 192.168.1.0/24.");

    private static PortalAddress PortalOf(string text) => PortalAddress.TryParse(text, out PortalAddress? portal)
        ? portal
        : throw Wrong($"'{text}' is no portal.", "Write HOST:PORT.");

    private static ControlException Wrong(string summary, string hint) =>
        new(ErrorCode.WrongUsage, summary, hint: hint);
}
