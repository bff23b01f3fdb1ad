using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Content;

// Security descriptor, self-relative             access control entry
//
//   00  1  revision 1                              00  1  0 = allowed
//   02  2  control 8004: relative, has a DACL      01  1  flags: 1 to files, 2 to directories below
//   04  4  offset of the owner                     02  2  length
//   08  4  offset of the group                     04  4  rights
//   0C  4  0, no SACL                              08     SID
//   10  4  offset of the DACL
//                                                SID
//   DACL: 00 1 revision 2, 02 2 length,
//         04 2 entries, then the entries           00  1  revision 1     02  6  authority, highest byte first
//                                                  01  1  parts          08     parts, 4 bytes each

/// <summary>The descriptors that Windows gives a new data volume.</summary>
internal static class SecurityDescriptor
{
    private const int HeaderLength = 0x14;
    private const int AclHeaderLength = 8;
    private const int EntryHeaderLength = 8;
    private const ushort Control = 0x8004;

    private const byte ToAllBelow = 0x03;
    private const uint FullControl = 0x001F_01FF;
    private const uint Modify = 0x0013_01BF;
    private const uint ReadAndExecute = 0x0012_00A9;
    private const uint ReadAndWrite = 0x0012_019F;

    private static readonly byte[] System = Sid(18);
    private static readonly byte[] AuthenticatedUsers = Sid(11);
    private static readonly byte[] Administrators = Sid(32, 544);
    private static readonly byte[] Users = Sid(32, 545);

    public static byte[] OfSystemFiles() => Make(System,
    [
        Entry(System, ReadAndWrite, 0),
        Entry(Administrators, ReadAndWrite, 0),
    ]);

    public static byte[] OfRoot() => Make(Administrators,
    [
        Entry(Administrators, FullControl, ToAllBelow),
        Entry(System, FullControl, ToAllBelow),
        Entry(AuthenticatedUsers, Modify, ToAllBelow),
        Entry(Users, ReadAndExecute, ToAllBelow),
    ]);

    /// <summary>The group of administrators, S-1-5-32-544.</summary>
    public static byte[] AdministratorsSid() => [.. Administrators];

    private static byte[] Make(byte[] owner, byte[][] entries)
    {
        int aclLength = AclHeaderLength + entries.Sum(entry => entry.Length);
        int ownerOffset = HeaderLength + aclLength;
        byte[] acl = new byte[AclHeaderLength];
        acl[0] = 2;
        BinaryPrimitives.WriteUInt16LittleEndian(acl.AsSpan(2), (ushort)aclLength);
        BinaryPrimitives.WriteUInt16LittleEndian(acl.AsSpan(4), (ushort)entries.Length);

        byte[] header = new byte[HeaderLength];
        header[0] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x02), Control);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x04), ownerOffset);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x08), ownerOffset + owner.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x10), HeaderLength);
        return [.. header, .. acl, .. entries.SelectMany(entry => entry), .. owner, .. Administrators];
    }

    private static byte[] Entry(byte[] sid, uint rights, byte flags)
    {
        byte[] entry = new byte[EntryHeaderLength + sid.Length];
        entry[1] = flags;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), (ushort)entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), rights);
        sid.CopyTo(entry, EntryHeaderLength);
        return entry;
    }

    // Of the authority of Windows itself, S-1-5.
    private static byte[] Sid(params uint[] parts)
    {
        const int Parts = 8;
        byte[] sid = new byte[Parts + (4 * parts.Length)];
        sid[0] = 1;
        sid[1] = (byte)parts.Length;
        sid[7] = 5;
        for (int i = 0; i < parts.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(sid.AsSpan(Parts + (4 * i)), parts[i]);
        }

        return sid;
    }
}
