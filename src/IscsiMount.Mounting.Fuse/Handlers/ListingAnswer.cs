using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Mounting.Fuse.Native;
using IscsiMount.Mounting.Fuse.Requests;

namespace IscsiMount.Mounting.Fuse.Handlers;

/// <summary>One answer to READDIR or READDIRPLUS while it is being written.</summary>
internal sealed class ListingAnswer(
    FuseRequest request, EntryWriter entries, Memory<byte> buffer, ListingDetail detail)
{
    private readonly byte[] _name = new byte[Wtf8.LengthMax(Wtf8.UnitsMax)];
    private readonly List<ulong> _referred = [];
    private int _length;

    public CancellationToken CancellationToken => request.CancellationToken;

    public bool IsEmpty => _length == 0;

    public ReadOnlySpan<byte> Written => buffer.Span[.._length];

    /// <summary>Adds "." or "..", from which the kernel learns nothing but the number.</summary>
    public bool TryAddDots(string name, FileId directory, long nextOffset)
        => TryWrite(name, entries.Sketch(FileKind.Directory, directory), nextOffset);

    /// <returns>Whether there was room. If not, nothing has changed.</returns>
    public bool TryAdd(DirectoryEntry entry, long nextOffset)
    {
        if (detail == ListingDetail.Names || entry.Properties is not { } properties)
        {
            return TryWrite(entry.Name, entries.Sketch(entry.Kind, entry.Id), nextOffset);
        }

        EntryParameters parameters = entries.Refer(properties);
        _referred.Add(parameters.Inode);
        if (TryWrite(entry.Name, parameters, nextOffset))
        {
            return true;
        }

        entries.TakeBack(parameters.Inode);
        _referred.RemoveAt(_referred.Count - 1);
        return false;
    }

    /// <summary>The kernel did not take the answer, and with it none of the references.</summary>
    public void TakeBack() => _referred.ForEach(inode => entries.TakeBack(inode));

    private bool TryWrite(string name, in EntryParameters entry, long nextOffset)
    {
        Span<byte> room = buffer.Span[_length..];
        ReadOnlySpan<byte> text = _name.AsSpan(0, Wtf8.EncodeWithZero(name, _name));
        int length = detail == ListingDetail.Properties
            ? Reply.AddEntryPlus(request.Handle, room, text, entry, nextOffset)
            : Reply.AddEntry(request.Handle, room, text, entry, nextOffset);
        if (length > room.Length)
        {
            return false;
        }

        _length += length;
        return true;
    }
}
