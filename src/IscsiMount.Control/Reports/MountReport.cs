using System.Text.Json.Serialization;

namespace IscsiMount.Control.Reports;

/// <summary>What programs may do in a mount.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MountAccess>))]
public enum MountAccess
{
    [JsonStringEnumMemberName("readOnly")]
    ReadOnly,

    [JsonStringEnumMemberName("readWrite")]
    ReadWrite,
}

/// <summary>A volume where programs see it.</summary>
public sealed record MountReport
{
    /// <summary>The id of its <see cref="VolumeReport"/>.</summary>
    public required string Volume { get; init; }

    public required string MountPoint { get; init; }

    public required string Target { get; init; }

    public required MountAccess Access { get; init; }

    /// <summary>Why it is read-only.</summary>
    public required IReadOnlyList<AccessReason> AccessReasons { get; init; }

    /// <summary>The format with its version, such as <c>NTFS 3.1</c>.</summary>
    public required string FileSystem { get; init; }

    public required string Label { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>Absent where the volume does not answer.</summary>
    public long? UsedBytes { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>A reason against writing. The code is a promise; the sentences are for people.</summary>
public sealed record AccessReason(string Code, string What, string Cure);
