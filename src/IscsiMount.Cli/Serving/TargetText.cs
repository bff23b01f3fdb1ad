using IscsiMount.Cli.Output;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Serving;

/// <summary>What is served and where, one line for each portal and each unit.</summary>
internal static class TargetText
{
    public static void Write(TextWriter writer, Document document)
    {
        foreach (TargetReport target in document.Targets ?? [])
        {
            foreach (string portal in target.Portals)
            {
                writer.WriteLine($"portal {portal}  target {target.Name}");
            }
        }

        foreach (LunReport unit in document.Luns ?? [])
        {
            string access = unit.IsWriteProtected == true ? "read-only" : "read-write";
            writer.WriteLine(
                $"lun {unit.Lun}  {SizeText.Format(unit.SizeBytes)}  {unit.BlockLength}-byte blocks  {access}  "
                + $"serial {unit.SerialNumber}");
        }
    }
}
