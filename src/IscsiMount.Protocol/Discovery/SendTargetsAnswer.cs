using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Discovery;

/// <summary>
/// The answer to SendTargets: for each target its name, and behind it the addresses of it (RFC 7143 Appendix C).
/// </summary>
public static class SendTargetsAnswer
{
    /// <summary>The value of SendTargets that asks for all targets; on discovery sessions only.</summary>
    public const string All = "All";

    /// <summary>LIMIT: bytes of one answer, for some 50,000 targets. More is not an answer but an attack.</summary>
    public const int LengthMax = 8 * 1024 * 1024;

    private const string Source = "RFC 7143 Appendix C";

    /// <summary>Reads the whole answer. What cannot be used of one target does no harm to the others.</summary>
    /// <exception cref="ProtocolViolationException">This is no answer to SendTargets.</exception>
    public static IReadOnlyList<DiscoveredTarget> Read(TextKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        string? refusal = keys.Find(KeyName.SendTargets);
        Rule.Holds(refusal is null, Source, $"the target answers SendTargets={refusal}");

        var targets = new List<DiscoveredTarget>();
        int index = 0;
        while (index < keys.Count)
        {
            Rule.Holds(
                keys[index].Key == KeyName.TargetName, Source, $"{keys[index].Key} stands where a TargetName was due");
            if (ReadTarget(keys, ref index) is { } target)
            {
                targets.Add(target);
            }
        }

        return targets;
    }

    public static TextKeys Write(IEnumerable<DiscoveredTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);

        TextKeys keys = [];
        foreach (DiscoveredTarget target in targets)
        {
            keys.Add(KeyName.TargetName, target.Name.Value);
            foreach (TargetAddress address in target.Addresses)
            {
                Invariant.Holds(address.PortalGroupTag is not null);
                keys.Add(KeyName.TargetAddress, address.ToWire());
            }
        }

        return keys;
    }

    private static DiscoveredTarget? ReadTarget(TextKeys keys, ref int index)
    {
        bool isUsable = IscsiName.TryTake(keys[index].Value, out IscsiName? name);
        var addresses = new List<TargetAddress>();
        var unreadable = new List<string>();
        for (index++; index < keys.Count && keys[index].Key == KeyName.TargetAddress; index++)
        {
            if (TargetAddress.TryParse(keys[index].Value, out TargetAddress? address))
            {
                addresses.Add(address);
            }
            else
            {
                unreadable.Add(keys[index].Value);
            }
        }

        return isUsable
            ? new DiscoveredTarget { Name = name!, Addresses = addresses, UnreadableAddresses = unreadable }
            : null;
    }
}
