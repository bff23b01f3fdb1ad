using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Layout;

public sealed class UpdateSequenceTests
{
    [Theory]
    [InlineData(512, 0x30)]
    [InlineData(1024, 0x2A)]
    [InlineData(4096, 0x30)]
    [InlineData(65_536, 0x28)]
    public void The_saved_words_come_back_at_every_512_bytes(int size, int arrayOffset)
    {
        byte[] original = Make(size, arrayOffset, seed: size);
        byte[] block = Protect(original, arrayOffset);

        Assert.True(UpdateSequence.TryUndo(block));
        for (int end = UpdateSequence.Stride; end <= size; end += UpdateSequence.Stride)
        {
            Assert.Equal(original[(end - 2)..end], block[(end - 2)..end]);
        }
    }

    [Theory, Seeds(50)]
    public void A_torn_write_is_noticed(int seed)
    {
        var chance = new Random(seed);
        byte[] block = Protect(Make(4096, 0x30, seed), 0x30);
        int stride = chance.Next(8);
        block[((stride + 1) * UpdateSequence.Stride) - 1 - chance.Next(2)] ^= (byte)chance.Next(1, 256);

        Assert.False(UpdateSequence.TryUndo(block));
    }

    [Theory]
    [InlineData(0x31, 3)]       // an odd place
    [InlineData(0x04, 3)]       // within its own head
    [InlineData(0x1FC, 3)]      // over the end of the first stride
    [InlineData(0x30, 2)]       // too few words
    [InlineData(0x30, 9)]       // those of a larger structure
    [InlineData(0xFFFE, 3)]
    public void An_array_that_cannot_be_is_refused(int offset, int count)
    {
        byte[] block = Protect(Make(1024, 0x30, seed: 1), 0x30);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(4), (ushort)offset);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(6), (ushort)count);

        Assert.False(UpdateSequence.TryUndo(block));
    }

    private static byte[] Make(int size, int arrayOffset, int seed)
    {
        byte[] block = new byte[size];
        new Random(seed).NextBytes(block);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(4), (ushort)arrayOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(6), (ushort)(1 + (size / UpdateSequence.Stride)));
        return block;
    }

    private static byte[] Protect(byte[] original, int arrayOffset)
    {
        byte[] block = [.. original];
        block[arrayOffset] = 0x34;
        block[arrayOffset + 1] = 0x12;
        for (int i = 1; i <= block.Length / UpdateSequence.Stride; i++)
        {
            Span<byte> end = block.AsSpan((i * UpdateSequence.Stride) - 2, 2);
            end.CopyTo(block.AsSpan(arrayOffset + (i * 2)));
            block.AsSpan(arrayOffset, 2).CopyTo(end);
        }

        return block;
    }
}
