using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// A group while it is filled and written: its bytes, what it holds of whom, and who waits for it. Filled under the
/// journal's gate, then owned by the flush. The buffer is rented and stays with the group from flush to flush.
/// </summary>
internal sealed class StagedGroup
{
    /// <summary>Stands for the owner of a frame that is no agent's.</summary>
    public const int Nobody = -1;

    private const int BufferBytesMin = 64 << 10;
    private const int BufferBytesKept = 8 << 20;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytesMin);
    private GroupTouch[] touches = new GroupTouch[16];
    private GroupFrame[] frames = new GroupFrame[64];

    /// <summary>Distinguishes this filling from all others of the process.</summary>
    public long Token { get; private set; }

    public int Length { get; private set; } = JournalFormat.BeginBytes;

    public int FrameCount { get; private set; }

    public int TouchCount { get; private set; }

    public long RecordBytes { get; set; }

    public ulong Ceiling { get; set; }

    /// <summary>Least system time of its records; the greatest there is when it has none.</summary>
    public ulong FirstTime { get; set; } = ulong.MaxValue;

    /// <summary>Set by <see cref="Seal"/>.</summary>
    public uint Crc { get; private set; }

    public WaiterChain Waiters;

    public bool IsEmpty => FrameCount == 0 && Waiters.Count == 0;

    public Span<GroupTouch> Touches => touches.AsSpan(0, TouchCount);

    /// <summary>Where the bytes of the group would end in a file when so many more are appended, padding included.</summary>
    public long SealedBytes(long moreBytes) => JournalFormat.AlignUp(Length + moreBytes + JournalFormat.EndBytes);

    public void Reset(long token)
    {
        Token = token;
        Length = JournalFormat.BeginBytes;
        FrameCount = 0;
        touches.AsSpan(0, TouchCount).Clear();
        TouchCount = 0;
        RecordBytes = 0;
        Ceiling = 0;
        FirstTime = ulong.MaxValue;
        Waiters = default;
        if (buffer.Length > BufferBytesKept)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(BufferBytesMin);
        }
    }

    /// <summary>Index of what the group holds of an agent; made when it is not there.</summary>
    public int Touch(AgentSlot slot)
    {
        if (slot.StagedToken == Token)
        {
            return slot.TouchIndex;
        }

        if (TouchCount == touches.Length)
        {
            Array.Resize(ref touches, touches.Length * 2);
        }

        touches[TouchCount] = new GroupTouch { Slot = slot };
        slot.StagedToken = Token;
        slot.TouchIndex = TouchCount;
        return TouchCount++;
    }

    /// <summary>Appends a frame whose header is encoded already.</summary>
    /// <param name="touch">Whose it is, or <see cref="Nobody"/>.</param>
    public void Append(int touch, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        var start = Length;
        var length = header.Length + body.Length;
        Grow(start + length);
        header.CopyTo(buffer.AsSpan(start));
        body.CopyTo(buffer.AsSpan(start + header.Length));
        Length = start + length;
        if (FrameCount == frames.Length)
        {
            Array.Resize(ref frames, frames.Length * 2);
        }

        frames[FrameCount++] = new GroupFrame(start, length, touch);
        if (touch >= 0)
        {
            touches[touch].FrameBytes += length;
        }
    }

    /// <summary>
    /// Brings the frames of each agent together, in the order in which the agents came, so that a read of one agent reads
    /// nothing of the others. One copy of the group, outside of the gate.
    /// </summary>
    public void Gather()
    {
        var position = JournalFormat.BeginBytes;
        foreach (ref var touch in Touches)
        {
            touch.Start = position;
            position += touch.FrameBytes;
        }

        if (TouchCount <= 1)
        {
            return;
        }

        var rest = position;
        var gathered = ArrayPool<byte>.Shared.Rent(buffer.Length);
        var ends = ArrayPool<int>.Shared.Rent(TouchCount);
        for (var i = 0; i < TouchCount; i++)
        {
            ends[i] = touches[i].Start;
        }

        for (var i = 0; i < FrameCount; i++)
        {
            ref var frame = ref frames[i];
            ref var end = ref frame.Touch >= 0 ? ref ends[frame.Touch] : ref rest;
            buffer.AsSpan(frame.Start, frame.Length).CopyTo(gathered.AsSpan(end));
            end += frame.Length;
        }

        ArrayPool<int>.Shared.Return(ends);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = gathered;
    }

    /// <summary>Writes what stands before and after the frames and pads to a whole block.</summary>
    /// <returns>The bytes for the file, good until <see cref="Reset"/>.</returns>
    public ReadOnlyMemory<byte> Seal(ulong number, uint previousCrc, ulong saltCheck)
    {
        var total = (int)SealedBytes(0);
        Grow(total);
        var bytes = buffer.AsSpan(0, total);
        var begin = bytes[FrameHeader.Bytes..];
        BinaryPrimitives.WriteUInt64LittleEndian(begin, saltCheck);
        BinaryPrimitives.WriteUInt32LittleEndian(begin[8..], previousCrc);
        BinaryPrimitives.WriteInt32LittleEndian(begin[12..], Length - JournalFormat.BeginBytes);
        BinaryPrimitives.WriteInt32LittleEndian(begin[16..], FrameCount);
        FrameHeader.Write(bytes, FrameType.Begin, JournalFormat.BeginBodyBytes, Crc32C.Compute(begin[..JournalFormat.BeginBodyBytes]), 0, number, Ceiling);

        Crc = Crc32C.Append(FramesCrc(), bytes[..JournalFormat.BeginBytes]);
        var end = bytes[(Length + FrameHeader.Bytes)..];
        BinaryPrimitives.WriteUInt32LittleEndian(end, Crc);
        BinaryPrimitives.WriteInt32LittleEndian(end[4..], FrameCount);
        FrameHeader.Write(bytes[Length..], FrameType.End, JournalFormat.EndBodyBytes, Crc32C.Compute(end[..JournalFormat.EndBodyBytes]), 0, number, Ceiling);
        bytes[(Length + JournalFormat.EndBytes)..].Clear();
        return buffer.AsMemory(0, total);
    }

    private uint FramesCrc()
    {
        var crc = 0u;
        for (var position = JournalFormat.BeginBytes; position < Length;)
        {
            var header = buffer.AsSpan(position, FrameHeader.Bytes);
            crc = Crc32C.Append(crc, FrameHeader.CrcOf(header));
            position += FrameHeader.TotalBytesOf(header);
        }

        return crc;
    }

    private void Grow(int length)
    {
        if (length <= buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, (int)Math.Min(buffer.Length * 2L, Array.MaxLength)));
        buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
