using System.Security.Cryptography;
using IscsiMount.Control;

namespace IscsiMount.Cli.Secrets;

/// <summary>A secret that stands in a file of its own, which nobody but its owner may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>
    /// All bytes of the file but one end of line behind the last. A pipe does as well (<c>&lt;(pass show nas)</c>).
    /// </summary>
    /// <exception cref="ControlException">There is no such file, or it is no place for a secret.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw new ControlException(
                    ErrorCode.SecretUnusable,
                    $"The file {path} cannot hold a secret.",
                    "Others than its owner may read or change it.",
                    $"Close it with 'chmod 600 {path}', and take a new secret if others may have read it.");
            }

            return SecretLine.ReadAll(file);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException
            or FileNotFoundException or DirectoryNotFoundException or CryptographicException)
        {
            throw new ControlException(
                Problem.Of(ErrorCode.SecretUnusable, "The secret cannot be read.", failure.Message), failure);
        }
    }
}
