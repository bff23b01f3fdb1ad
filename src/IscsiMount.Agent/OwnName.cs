using System.Security.Cryptography;
using IscsiMount.Control;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Agent;

/// <summary>
/// Who this user is on this machine, as an initiator. Targets let in and reserve by it, so it is made once, kept, and
/// nobody else's, also where two machines have one name (RFC 7143 §4.2.7.1).
/// </summary>
internal static class OwnName
{
    private const int SuffixLength = 4;

    /// <summary>Reads the name that was made at the first use, or makes it.</summary>
    /// <param name="stem">What the name begins with.</param>
    /// <param name="chance">What makes it another name than that of every other machine.</param>
    /// <exception cref="ControlException">The file holds something else; somebody has to look at it.</exception>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    public static string ReadOrMake(AgentPaths paths, string stem, RandomNumberGenerator chance)
    {
        RunFolder.Prepare(paths);
        if (!File.Exists(paths.InitiatorNamePath))
        {
            Make(paths.InitiatorNamePath, stem, chance);
        }

        string text = File.ReadAllText(paths.InitiatorNamePath).Trim();
        return IscsiName.TryPrepare(text, out IscsiName? name, out string? problem) ? name.Value
            : throw new ControlException(
                ErrorCode.InvalidName,
                $"The file {paths.InitiatorNamePath} does not hold the name of an initiator.",
                problem,
                "Write a name such as iqn.2001-04.com.example:host1 into it, or delete it: then a new one is made.");
    }

    /// <summary>
    /// Tells the sessions of an initiator apart, and those of two machines that log in under one name. It is the same
    /// after a restart, so that a target knows what it kept for us.
    /// </summary>
    /// <param name="ownName">The name of this machine, under whatever name it logs in.</param>
    /// <param name="session">The number of the session.</param>
    public static Isid IsidOf(string ownName, int session)
    {
        byte[] hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ownName));
        uint host = ((uint)hash[0] << 16) | ((uint)hash[1] << 8) | hash[2];
        return Isid.FromRandom(host, (ushort)(session & 0xFFFF));
    }

    private static void Make(string path, string stem, RandomNumberGenerator chance)
    {
        byte[] suffix = new byte[SuffixLength];
        chance.GetBytes(suffix);
        string draft = $"{path}.{Convert.ToHexStringLower(suffix)}";
        File.WriteAllText(draft, $"{stem}-{Convert.ToHexStringLower(suffix)}\n");
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process of this user was faster, and its name is the name now.
            File.Delete(draft);
        }
    }
}
