using System.Runtime.InteropServices;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

/// <summary>
/// Compares what files say with what an index says of them, in whatever order both are met: equal digests cancel out.
/// It takes room for the files that have such a thing at all.
/// </summary>
internal sealed class Ledger
{
    private readonly Dictionary<ulong, ulong> _balances = [];

    /// <summary>Whether the volume has the index at all. Old volumes have none, and then nothing is owed.</summary>
    public bool HasIndex { get; set; }

    /// <summary>Whether a part of the index cannot be read.</summary>
    public bool IsIndexDamaged { get; set; }

    /// <summary>The records for which file and index differ.</summary>
    public IEnumerable<ulong> Unbalanced => _balances.Where(each => each.Value != 0).Select(each => each.Key).Order();

    public void AddFromFile(ulong record, ulong digest) => Add(record, digest);

    public void AddFromIndex(ulong record, ulong digest) => Add(record, unchecked(0 - digest));

    private void Add(ulong record, ulong digest)
    {
        ref ulong balance = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, record, out _);
        balance = unchecked(balance + digest);
    }
}
