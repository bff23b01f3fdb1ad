using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>The documents of the contract, indented for people who look at them.</summary>
[JsonSerializable(typeof(Document))]
internal sealed partial class ReadableJson : JsonSerializerContext
{
    public static JsonTypeInfo<Document> Form { get; } = new ReadableJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,

        // Letters of other scripts and quotes stay readable; control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }).Document;
}
