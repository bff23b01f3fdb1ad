using System.Text.Json.Serialization;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Control;

/// <summary>How the contract is written as JSON, without reflection. What is null is absent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16)]
[JsonSerializable(typeof(Document))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(DiscoverRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(MountRequest))]
[JsonSerializable(typeof(UnmountRequest))]
public sealed partial class ControlJson : JsonSerializerContext;
