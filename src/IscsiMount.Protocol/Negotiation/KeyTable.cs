using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Negotiation;

/// <summary>
/// All keys of the standard but those of the authentication methods, which belong to their methods (RFC 7143 §13).
/// Both ends of a connection negotiate by this table.
/// </summary>
public static class KeyTable
{
    private const uint SegmentLengthMin = 512;
    private const uint SegmentLengthMax = 0xFF_FFFF;
    private const uint SecondsMax = 3600;

    public static IReadOnlyList<KeyDefinition> All { get; } =
    [
        Choice(KeyName.AuthMethod, "RFC 7143 §12", null) with
        {
            Use = KeyUse.Login, Stage = KeyStage.Security, Scope = KeyScope.Connection,
        },
        Choice(KeyName.HeaderDigest, "RFC 7143 §13.1", TextAnswer.None) with
        {
            Use = KeyUse.Login, Scope = KeyScope.Connection,
        },
        Choice(KeyName.DataDigest, "RFC 7143 §13.1", TextAnswer.None) with
        {
            Use = KeyUse.Login, Scope = KeyScope.Connection,
        },
        Number(KeyName.MaxConnections, "RFC 7143 §13.2", KeyRule.Minimum, "1", 1, 65535) with
        {
            IsIrrelevantInDiscovery = true,
        },
        Declaration(KeyName.SendTargets, "RFC 7143 §13.3", Party.Initiator) with
        {
            Use = KeyUse.FullFeature, Stage = KeyStage.Neither,
        },
        Declaration(KeyName.TargetName, "RFC 7143 §13.4", Party.Both) with { Use = KeyUse.Always },
        Declaration(KeyName.InitiatorName, "RFC 7143 §13.5", Party.Initiator),
        Declaration(KeyName.TargetAlias, "RFC 7143 §13.6", Party.Target) with { Use = KeyUse.Always },
        Declaration(KeyName.InitiatorAlias, "RFC 7143 §13.7", Party.Initiator) with { Use = KeyUse.Always },
        Declaration(KeyName.TargetAddress, "RFC 7143 §13.8", Party.Target) with
        {
            Use = KeyUse.Always, MayRepeat = true,
        },
        Declaration(KeyName.TargetPortalGroupTag, "RFC 7143 §13.9", Party.Target) with
        {
            IsNumber = true, Minimum = 0, Maximum = 65535,
        },
        Boolean(KeyName.InitialR2T, "RFC 7143 §13.10", KeyRule.BooleanOr),
        Boolean(KeyName.ImmediateData, "RFC 7143 §13.11", KeyRule.BooleanAnd),
        Declaration(KeyName.MaxRecvDataSegmentLength, "RFC 7143 §13.12", Party.Both) with
        {
            Use = KeyUse.Always, Stage = KeyStage.Operational, Scope = KeyScope.Connection, Default = "8192",
            IsNumber = true, Minimum = SegmentLengthMin, Maximum = SegmentLengthMax,
        },
        Burst(KeyName.MaxBurstLength, "RFC 7143 §13.13", "262144"),
        Burst(KeyName.FirstBurstLength, "RFC 7143 §13.14", "65536"),
        Number(KeyName.DefaultTime2Wait, "RFC 7143 §13.15", KeyRule.Maximum, "2", 0, SecondsMax),
        Number(KeyName.DefaultTime2Retain, "RFC 7143 §13.16", KeyRule.Minimum, "20", 0, SecondsMax),
        Number(KeyName.MaxOutstandingR2T, "RFC 7143 §13.17", KeyRule.Minimum, "1", 1, 65535) with
        {
            IsIrrelevantInDiscovery = true,
        },
        Boolean(KeyName.DataPDUInOrder, "RFC 7143 §13.18", KeyRule.BooleanOr),
        Boolean(KeyName.DataSequenceInOrder, "RFC 7143 §13.19", KeyRule.BooleanOr),
        Number(KeyName.ErrorRecoveryLevel, "RFC 7143 §13.20", KeyRule.Minimum, "0", 0, 2),
        Declaration(KeyName.SessionType, "RFC 7143 §13.21", Party.Initiator) with
        {
            Use = KeyUse.LeadingLogin, Default = "Normal",
        },
        Choice(KeyName.TaskReporting, "RFC 7143 §13.23", "RFC3720") with
        {
            IsIrrelevantInDiscovery = true, MayBeUnknown = true,
        },
        Number(KeyName.ProtocolLevel, "RFC 7143 §13.24", KeyRule.Minimum, "1", 0, 31) with
        {
            IsIrrelevantInDiscovery = true, MayBeUnknown = true,
        },
        Declaration(KeyName.NodeArchitecture, "RFC 7143 §13.26", Party.Both) with
        {
            Use = KeyUse.LeadingLogin, Stage = KeyStage.Operational,
            IsIrrelevantInDiscovery = true, MayBeUnknown = true,
        },
        Obsolete(KeyName.IFMarker),
        Obsolete(KeyName.OFMarker),
        Obsolete(KeyName.IFMarkInt),
        Obsolete(KeyName.OFMarkInt),
    ];

    private static readonly Dictionary<string, KeyDefinition> ByName = IndexByName();

    /// <summary>The row of a key, or null if the standard knows none of this name.</summary>
    public static KeyDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The row of a key that is known to be there.</summary>
    public static KeyDefinition Get(string name) => ByName[name];

    private static Dictionary<string, KeyDefinition> IndexByName()
    {
        var index = new Dictionary<string, KeyDefinition>(StringComparer.Ordinal);
        foreach (KeyDefinition key in All)
        {
            index.Add(key.Name, key);
        }

        return index;
    }

    private static KeyDefinition Declaration(string name, string source, Party from) => new()
    {
        Name = name,
        Source = source,
        Rule = KeyRule.Declaration,
        From = from,
        Use = KeyUse.Login,
        Stage = KeyStage.Both,
    };

    private static KeyDefinition Choice(string name, string source, string? whenNotNegotiated) => new()
    {
        Name = name,
        Source = source,
        Rule = KeyRule.Choice,
        Default = whenNotNegotiated,
    };

    private static KeyDefinition Boolean(string name, string source, KeyRule rule) => new()
    {
        Name = name,
        Source = source,
        Rule = rule,
        Default = TextAnswer.Yes,
        IsIrrelevantInDiscovery = true,
    };

    private static KeyDefinition Burst(string name, string source, string whenNotNegotiated) =>
        Number(name, source, KeyRule.Minimum, whenNotNegotiated, SegmentLengthMin, SegmentLengthMax) with
        {
            IsIrrelevantInDiscovery = true,
        };

    private static KeyDefinition Number(
        string name, string source, KeyRule rule, string whenNotNegotiated, uint minimum, uint maximum) => new()
        {
            Name = name,
            Source = source,
            Rule = rule,
            Default = whenNotNegotiated,
            IsNumber = true,
            Minimum = minimum,
            Maximum = maximum,
        };

    private static KeyDefinition Obsolete(string name) => new()
    {
        Name = name,
        Source = "RFC 7143 §13.25",
        Rule = KeyRule.Obsolete,
    };
}
