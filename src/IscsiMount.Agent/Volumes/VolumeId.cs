using System.Globalization;

namespace IscsiMount.Agent.Volumes;

/// <summary>Names a volume while its session lasts: <c>SESSION/LUN/PARTITION</c>.</summary>
/// <param name="Session">The number of the session.</param>
/// <param name="Lun">As <see cref="Sessions.LunNumber"/> counts.</param>
/// <param name="Partition">As the partition table counts; 0 where there is none.</param>
internal readonly record struct VolumeId(int Session, ulong Lun, int Partition)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Session}/{Lun}/{Partition}");
}
