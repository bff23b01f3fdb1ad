namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>
/// When a page is written, among those that are written together. A class begins when the one before it has ended, so
/// that whatever is cut off leaves nothing worse than a name or a cluster too many.
/// </summary>
internal enum WriteClass
{
    /// <summary>Bits of what came to be in use. Bits of what was freed follow last of all.</summary>
    Bitmap,

    /// <summary>Records and index blocks that nothing refers to yet.</summary>
    New,

    /// <summary>Records that hold roots of indexes, and those that map $MFT.</summary>
    Directory,

    /// <summary>Index blocks that gained an entry.</summary>
    Gained,

    /// <summary>Records of files.</summary>
    Changed,

    /// <summary>Index blocks that only lost entries.</summary>
    Lost,

    /// <summary>Records that are not in use any more.</summary>
    Freed,
}

/// <summary>Bytes that are to be written to one place of the device. Immutable; a change makes another.</summary>
/// <param name="Offset">Where on the device, in bytes.</param>
/// <param name="Bytes">All of the page as it will stand there, protection included.</param>
/// <param name="Class">When it is written.</param>
/// <param name="Cleared">Of a page of a bitmap, the bits that this group clears; else null.</param>
internal sealed record PendingPage(long Offset, byte[] Bytes, WriteClass Class, byte[]? Cleared)
{
    /// <summary>
    /// What is written in class <see cref="WriteClass.New"/> already: a directory that came to be in this group, as it
    /// was when it was empty. Its entries follow when the files are there to which they lead.
    /// </summary>
    public byte[]? Early { get; init; }

    public long End => Offset + Bytes.Length;

    /// <summary>
    /// What is written first, of pages that are written twice: of a bitmap, all that is in use before or after.
    /// </summary>
    public byte[] FirstBytes
    {
        get
        {
            if (Cleared is null)
            {
                return Early ?? Bytes;
            }

            return Join(Bytes, Cleared);
        }
    }

    public bool HasClearedBits => Cleared is not null && Cleared.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Copies what of the page lies within a buffer that holds the device from an offset on.</summary>
    public void CopyTo(long bufferOffset, Span<byte> buffer)
    {
        long from = Math.Max(Offset, bufferOffset);
        long to = Math.Min(End, bufferOffset + buffer.Length);
        if (from < to)
        {
            Bytes.AsSpan((int)(from - Offset), (int)(to - from)).CopyTo(buffer[(int)(from - bufferOffset)..]);
        }
    }

    /// <summary>This page in the place of an earlier one of the same group.</summary>
    public PendingPage Over(PendingPage earlier)
    {
        Primitives.Invariant.Holds(earlier.Offset == Offset && earlier.Bytes.Length == Bytes.Length);

        bool isNewDirectory = Class == WriteClass.Directory
            && (earlier.Class == WriteClass.New || earlier.Early is not null);
        WriteClass joined = Class == WriteClass.Freed || earlier.Class == WriteClass.Freed
            ? WriteClass.Freed
            : (WriteClass)Math.Min((int)Class, (int)earlier.Class);
        return this with
        {
            Class = isNewDirectory ? WriteClass.Directory : joined,
            Early = isNewDirectory ? earlier.Early ?? earlier.Bytes : null,
            Cleared = Cleared is null || earlier.Cleared is null
                ? Cleared ?? earlier.Cleared
                : Join(Cleared, earlier.Cleared),
        };
    }

    private static byte[] Join(byte[] left, byte[] right)
    {
        byte[] both = [.. left];
        for (int i = 0; i < both.Length; i++)
        {
            both[i] |= right[i];
        }

        return both;
    }
}
