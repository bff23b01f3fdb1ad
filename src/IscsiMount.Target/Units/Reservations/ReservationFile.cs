using System.Globalization;
using System.Text;
using IscsiMount.Block;
using IscsiMount.Protocol;
using IscsiMount.Scsi.Reservations;

namespace IscsiMount.Target.Units.Reservations;

/// <summary>Keeps the reservations of a unit in a file of lines of text.</summary>
/// <remarks>
/// <code>
///   iscsimount reservations 1
///   type 5 or -, and the place of the holder in the list or -
///   a key of 16 digits, an ISID of 12, and a name, for each that is registered
/// </code>
/// The file is written beside its place, flushed, and then takes it, so that there is always a whole one.
/// </remarks>
internal sealed class ReservationFile(string path) : IReservationStore
{
    private const string Header = "iscsimount reservations 1";
    private const string Nothing = "-";

    // LIMIT: far beyond what as many lines as there may be have.
    private const int SizeMax = 256 * 1024;

    public static ReservationFile? For(LogicalUnitDefinition definition) =>
        definition.ReservationFile is { } path ? new(path) : null;

    /// <exception cref="ImageFileException">
    /// The file is damaged. Nobody may write while it is unknown who may.
    /// </exception>
    public ReservationState Load()
    {
        if (!File.Exists(path))
        {
            return ReservationState.Empty;
        }

        if (new FileInfo(path).Length > SizeMax)
        {
            throw Damaged(0);
        }

        string[] lines = File.ReadAllLines(path);
        if (lines.Length < 2 || lines[0] != Header)
        {
            throw Damaged(1);
        }

        Registration[] registrations = [.. lines.Skip(2).Select((line, i) => ReadRegistration(line, i + 3))];
        string[] words = lines[1].Split(' ');
        if (words.Length != 2 || registrations.Length > ReservationState.RegistrantsMax)
        {
            throw Damaged(2);
        }

        ReservationType? type = words[0] == Nothing ? null : (ReservationType)ReadNumber(words[0], 2);
        int? holder = words[1] == Nothing ? null : ReadNumber(words[1], 2);
        bool isWhole = (type is null || Enum.IsDefined(type.Value))
            && (holder is null || holder < registrations.Length)
            && (holder is null) == (type is null || type.Value.IsHeldByAll());
        return isWhole
            ? new()
            {
                Persists = true,
                Registrations = [.. registrations],
                Type = type,
                Holder = holder is { } index ? registrations[index].Port : null,
            }
            : throw Damaged(2);
    }

    public void Save(ReservationState state)
    {
        string beside = path + ".new";
        using (FileStream file = File.Create(beside))
        {
            file.Write(Encoding.UTF8.GetBytes(Text(state)));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static string Text(ReservationState state)
    {
        Registration[] registrations = [.. state.Registrations];
        int holder = Array.FindIndex(registrations, each => each.Port == state.Holder);
        var text = new StringBuilder(Header).Append('\n')
            .Append(state.Type is { } type ? Number((int)type) : Nothing).Append(' ')
            .Append(holder < 0 ? Nothing : Number(holder)).Append('\n');
        foreach (Registration each in registrations)
        {
            text.Append(CultureInfo.InvariantCulture, $"{each.Key:x16} {each.Port.Isid.Value:x12} {each.Port.Name}\n");
        }

        return text.ToString();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private Registration ReadRegistration(string line, int lineNumber)
    {
        string[] words = line.Split(' ', 3);
        return words.Length == 3
            && ulong.TryParse(words[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong key)
            && words[1].Length == 2 * Isid.Length
            && ulong.TryParse(words[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong isid)
            ? new(new(words[2], new Isid(isid)), key)
            : throw Damaged(lineNumber);
    }

    private int ReadNumber(string word, int lineNumber) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Damaged(lineNumber);

    private ImageFileException Damaged(int lineNumber) =>
        new(path, $"line {lineNumber} is no reservation, so it is unknown who may write.");
}
