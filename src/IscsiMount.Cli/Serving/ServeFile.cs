using System.Text.Json;
using System.Text.Json.Serialization;
using IscsiMount.Control;

namespace IscsiMount.Cli.Serving;

/// <summary>The configuration file of <c>target serve</c>, as it is written.</summary>
/// <remarks>
/// What may be left out can be set: the generated reader gives properties that can only be initialised a null instead
/// of the value that stands beside them.
/// </remarks>
internal sealed record ServeFile
{
    // LIMIT: some thousand targets. A larger file is not a configuration.
    private const int LengthMax = 4 * 1024 * 1024;

    public IReadOnlyList<string> Portals { get; set; } = [];

    public AccessEntry? Discovery { get; set; }

    public required IReadOnlyList<TargetEntry> Targets { get; init; }

    /// <exception cref="ControlException">There is no such file, or it is none of this form.</exception>
    public static ServeFile Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > LengthMax)
            {
                throw Unusable(path, $"It has {file.Length} bytes.", null);
            }

            return JsonSerializer.Deserialize(file, ServeFileJson.Form)
                ?? throw Unusable(path, "There is nothing in it.", null);
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, failure.Message, failure);
        }
    }

    private static ControlException Unusable(string path, string observed, Exception? cause) => new(
        Problem.Of(
            ErrorCode.WrongUsage,
            $"The configuration {path} cannot be used.",
            observed,
            "docs/TARGET.md shows what may stand in it."),
        cause);
}

/// <summary>One target of the file.</summary>
internal sealed record TargetEntry
{
    public required string Name { get; init; }

    public string? Alias { get; set; }

    public IReadOnlyList<LunEntry> Luns { get; set; } = [];

    public AccessEntry? Access { get; set; }

    public MoveEntry? Moved { get; set; }
}

/// <summary>One logical unit of the file.</summary>
internal sealed record LunEntry
{
    public required string Source { get; init; }

    /// <summary>Its number; its place in the list, if there is none.</summary>
    public int? Lun { get; set; }

    public bool ReadOnly { get; set; }

    public int BlockSize { get; set; } = 512;
}

/// <summary>Who may do something.</summary>
internal sealed record AccessEntry
{
    public IReadOnlyList<string> Initiators { get; set; } = [];

    public IReadOnlyList<string> Networks { get; set; } = [];

    public IReadOnlyList<UserEntry> Users { get; set; } = [];

    /// <summary>How the target proves itself.</summary>
    public UserEntry? Self { get; set; }
}

/// <summary>A user, with the file that holds his secret. The secret itself never stands in the configuration.</summary>
internal sealed record UserEntry
{
    public required string Name { get; init; }

    public required string SecretFile { get; init; }

    public IReadOnlyList<string> Initiators { get; set; } = [];
}

/// <summary>Where a target has gone.</summary>
internal sealed record MoveEntry
{
    public required string Portal { get; init; }

    public bool Permanent { get; set; }
}

/// <summary>How the file is read: what is not known is a mistake, and comments are welcome.</summary>
[JsonSerializable(typeof(ServeFile))]
internal sealed partial class ServeFileJson : JsonSerializerContext
{
    public static System.Text.Json.Serialization.Metadata.JsonTypeInfo<ServeFile> Form { get; } =
        new ServeFileJson(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = 16,
        }).ServeFile;
}
