using System.Text.Json.Serialization;

namespace IscsiMount.Control.Requests;

/// <summary>Whether a digest is to protect the PDUs (RFC 7143 §13.1).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DigestWish>))]
public enum DigestWish
{
    /// <summary>Only if the target insists.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>CRC32C or no session.</summary>
    [JsonStringEnumMemberName("on")]
    On,

    [JsonStringEnumMemberName("off")]
    Off,
}
