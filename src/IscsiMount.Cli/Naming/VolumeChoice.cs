using System.CommandLine;
using System.Globalization;
using IscsiMount.Control;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Naming;

/// <summary>One volume, by its id, its URL, or the directory where it is mounted.</summary>
internal sealed class VolumeChoice
{
    private readonly Argument<string?> _argument = new("volume")
    {
        Description = "SESSION/LUN/PARTITION as 'volumes' shows it, an iscsi:// URL, or where it is mounted.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _option = new("--volume")
    {
        Description = "The same, as an option.",
        HelpName = "VOLUME",
    };

    public VolumeChoice(Command verb)
    {
        verb.Arguments.Add(_argument);
        verb.Options.Add(_option);
    }

    /// <exception cref="ControlException">No volume is named, or not in a way that we know.</exception>
    public VolumeSelector Read(ParseResult arguments)
    {
        string name = arguments.GetValue(_argument) ?? arguments.GetValue(_option) ?? throw new ControlException(
            ErrorCode.WrongUsage, "No volume is named.", hint: "'iscsimount volumes' lists them with their ids.");
        return Understand(name);
    }

    internal static VolumeSelector Understand(string name)
    {
        if (IscsiUrl.IsUrl(name))
        {
            var url = IscsiUrl.Parse(name);
            return new VolumeSelector { Target = url.Target, Lun = url.Lun, Partition = url.Partition };
        }

        return IsId(name)
            ? new VolumeSelector { Id = name }
            : new VolumeSelector { MountPoint = Path.GetFullPath(name) };
    }

    private static bool IsId(string name)
    {
        string[] parts = name.Split('/');
        return parts.Length == 3
            && parts.All(part => ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }
}
