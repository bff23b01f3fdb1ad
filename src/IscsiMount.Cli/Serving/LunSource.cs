using System.Security.Cryptography;
using System.Text;
using IscsiMount.Block;
using IscsiMount.Control;

namespace IscsiMount.Cli.Serving;

/// <summary>What stands behind one logical unit that is served: an image file, or memory.</summary>
internal sealed record LunSource
{
    private const string MemoryPrefix = "ram:";

    /// <summary>As the user wrote it.</summary>
    public required string Text { get; init; }

    /// <summary>Of memory: how much.</summary>
    public long? MemorySize { get; init; }

    /// <summary>Of an image: where it is.</summary>
    public string? Path { get; init; }

    /// <param name="text">As the user wrote it.</param>
    /// <param name="folder">Where relative paths begin.</param>
    /// <exception cref="ControlException">It is no size, or there is no such file.</exception>
    public static LunSource Parse(string text, string folder = ".")
    {
        if (!text.StartsWith(MemoryPrefix, StringComparison.Ordinal))
        {
            string path = System.IO.Path.GetFullPath(text, System.IO.Path.GetFullPath(folder));
            return File.Exists(path)
                ? new LunSource { Text = text, Path = path }
                : throw new ControlException(
                    ErrorCode.ImageNotFound,
                    $"There is no image '{text}'.",
                    Directory.Exists(path) ? "This is a folder." : $"The file {path} does not exist.",
                    "Make one with 'truncate -s 2G FILE', or serve memory with --lun ram:2G.");
        }

        string size = text[MemoryPrefix.Length..];
        return SizeArgument.TryParse(size, out long bytes)
            ? new LunSource { Text = text, MemorySize = bytes }
            : throw new ControlException(
                ErrorCode.WrongUsage, $"'{size}' is no size.", hint: "Write it as ram:512M or ram:2G.");
    }

    /// <summary>Opens what stands behind the unit.</summary>
    /// <exception cref="ControlException">It cannot be used.</exception>
    public IBlockDevice Open(int blockLength, bool isReadOnly)
    {
        if (MemorySize is { } size)
        {
            return size % blockLength == 0
                ? new MemoryBlockDevice((ulong)(size / blockLength), blockLength, isReadOnly)
                : throw new ControlException(
                    ErrorCode.WrongUsage, $"{Text} is no whole number of blocks of {blockLength} bytes.");
        }

        try
        {
            return ImageFileBlockDevice.Open(
                Path!, new ImageFileOptions { BlockLength = blockLength, IsReadOnly = isReadOnly });
        }
        catch (ImageFileException failure)
        {
            throw new ControlException(
                Problem.Of(
                    ErrorCode.ImageUnusable,
                    $"'{Text}' cannot be served.",
                    failure.Message,
                    "Whoever uses it has to let go of it; --read-only serves what must not be changed."),
                failure);
        }
    }

    /// <summary>Where reservations of an image outlive a restart: beside it.</summary>
    public string? ReservationFile => Path is null ? null : Path + ".reservations";

    /// <summary>Tells this unit from all others, the same each time that it is served.</summary>
    public string SerialOn(string targetName, int lun)
    {
        string name = Path ?? $"{targetName} {lun}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
    }
}
