using System.Globalization;
using System.Text;
using IscsiMount.Control;

namespace IscsiMount.Agent.Volumes;

/// <summary>Chooses where a volume appears for which nobody chose a place: a directory that speaks.</summary>
internal sealed class MountPlaces(AgentPaths paths)
{
    /// <summary>LIMIT: the file systems of Linux take names of 255 bytes; this leaves room for a number.</summary>
    private const int NameLengthMax = 200;

    /// <summary>LIMIT: so many volumes with the same label are mounted before somebody has to choose.</summary>
    private const int CandidatesMax = 99;

    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Places in the order of preference: <c>label</c>, then <c>label-2</c>, <c>label-3</c> and so on.
    /// </summary>
    public IEnumerable<string> For(HeldVolume volume)
    {
        string name = NameOf(volume);
        yield return Path.Combine(paths.MountFolder, name);
        for (int number = 2; number <= CandidatesMax; number++)
        {
            string next = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            yield return Path.Combine(paths.MountFolder, next);
        }
    }

    /// <summary>Makes the folder in which the places are.</summary>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(paths.MountFolder);
        }
        else
        {
            Directory.CreateDirectory(paths.MountFolder, OwnerOnly);
        }
    }

    /// <summary>Removes the folder again when the last place in it is gone.</summary>
    public void Tidy()
    {
        try
        {
            Directory.Delete(paths.MountFolder, recursive: false);
        }
        catch (IOException)
        {
            // Something is in it, or it is not there. Both are well.
        }
        catch (UnauthorizedAccessException)
        {
            // Then it is not ours to remove.
        }
    }

    internal static string NameOf(HeldVolume volume)
    {
        string label = Sanitize(volume.Found?.Label ?? "");
        if (label.Length > 0)
        {
            return label;
        }

        string target = Sanitize(volume.Target[(volume.Target.LastIndexOf(':') + 1)..]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(target.Length > 0 ? target : "volume")}-{volume.Id.Lun}-{volume.Id.Partition}");
    }

    // A label comes from a disk that we do not trust. What has a meaning in a path or in a shell's listing goes;
    // letters of any script stay.
    private static string Sanitize(string text)
    {
        var name = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isPlain = Rune.IsLetterOrDigit(rune)
                || rune.Value is '-' or '_' or '.' or ' ' or '+' or ',' or '(' or ')';
            name.Append(isPlain ? rune.ToString() : "_");
            if (Encoding.UTF8.GetByteCount(name.ToString()) > NameLengthMax)
            {
                break;
            }
        }

        string plain = name.ToString().Trim(' ').TrimStart('.', '-');
        return plain.Trim('_', ' ').Length == 0 ? "" : plain;
    }
}
