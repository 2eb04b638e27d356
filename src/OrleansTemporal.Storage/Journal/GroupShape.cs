using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <summary>What the first frame of a group says about it.</summary>
/// <param name="Offset">Where the group starts in the bytes of its file.</param>
/// <param name="FrameBytes">Bytes of the frames between the first and the last.</param>
internal readonly record struct GroupShape(int Offset, ulong Number, uint PreviousCrc, int FrameBytes, int FrameCount, ulong Ceiling)
{
    private const int SaltOffset = FrameHeader.Bytes;

    public int FramesStart => Offset + JournalFormat.BeginBytes;

    public long FramesEnd => (long)FramesStart + FrameBytes;

    /// <summary>Where the next group starts.</summary>
    public long End => JournalFormat.AlignUp(FramesEnd + JournalFormat.EndBytes);

    /// <summary>True when all of the group, but for the padding behind it, stands in so many bytes.</summary>
    public bool IsWholeIn(int length) => FramesEnd + JournalFormat.EndBytes <= length;

    /// <summary>Reads the first frame of a group; false when there is none that verifies.</summary>
    /// <param name="saltCheck">Of the file; null when its header is lost.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, int offset, ulong? saltCheck, out GroupShape shape)
    {
        shape = default;
        if (content.Length - offset < JournalFormat.BeginBytes)
        {
            return false;
        }

        var frame = content.Slice(offset, JournalFormat.BeginBytes);
        if (!FrameHeader.TryRead(frame, out var header)
            || header.Type != FrameType.Begin
            || header.BodyBytes != JournalFormat.BeginBodyBytes
            || !header.VerifiesBody(frame)
            || (saltCheck is { } salt && BinaryPrimitives.ReadUInt64LittleEndian(frame[SaltOffset..]) != salt))
        {
            return false;
        }

        var body = frame[FrameHeader.Bytes..];
        shape = new GroupShape(
            offset,
            header.Sequence,
            BinaryPrimitives.ReadUInt32LittleEndian(body[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[16..]),
            header.Time);
        return shape.FrameBytes >= 0 && shape.FrameCount >= 0;
    }

    /// <summary>
    /// True when the bytes look like the beginning of a group of this file that was not written whole: they carry its
    /// salt, or a header with the number that comes next. A group of an earlier use of the file has neither.
    /// </summary>
    public static bool LooksBegun(ReadOnlySpan<byte> content, int offset, ulong saltCheck, ulong number)
    {
        var rest = content[offset..];
        if (rest.Length < SaltOffset + sizeof(ulong))
        {
            return rest.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(rest) == (uint)FrameType.Begin;
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(rest[SaltOffset..]) == saltCheck
            || (FrameHeader.TryRead(rest, out var header) && header.Type == FrameType.Begin && header.Sequence == number);
    }

    /// <summary>Verifies every frame of the group and its end.</summary>
    /// <param name="crc">Checksum of the group, which the next one repeats.</param>
    public bool Verify(ReadOnlySpan<byte> content, out uint crc)
    {
        crc = 0;
        if (!IsWholeIn(content.Length))
        {
            return false;
        }

        var position = FramesStart;
        var count = 0;
        while (position < FramesEnd)
        {
            var frame = content[position..(int)FramesEnd];
            if (!FrameHeader.TryRead(frame, out var header) || !header.VerifiesBody(frame))
            {
                return false;
            }

            crc = Crc32C.Append(crc, FrameHeader.CrcOf(frame));
            position += header.TotalBytes;
            count++;
        }

        crc = Crc32C.Append(crc, content.Slice(Offset, JournalFormat.BeginBytes));
        return count == FrameCount
            && TryReadEnd(content.Slice(position, JournalFormat.EndBytes), out var number, out var endCrc, out var endCount)
            && number == Number && endCrc == crc && endCount == count;
    }

    /// <summary>Reads the last frame of a group.</summary>
    public static bool TryReadEnd(ReadOnlySpan<byte> frame, out ulong number, out uint crc, out int frameCount)
    {
        number = 0;
        crc = 0;
        frameCount = 0;
        if (!FrameHeader.TryRead(frame, out var header)
            || header.Type != FrameType.End
            || header.BodyBytes != JournalFormat.EndBodyBytes
            || !header.VerifiesBody(frame))
        {
            return false;
        }

        number = header.Sequence;
        crc = BinaryPrimitives.ReadUInt32LittleEndian(frame[FrameHeader.Bytes..]);
        frameCount = BinaryPrimitives.ReadInt32LittleEndian(frame[(FrameHeader.Bytes + 4)..]);
        return true;
    }
}
