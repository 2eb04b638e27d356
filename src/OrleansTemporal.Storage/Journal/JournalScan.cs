using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// One pass over a file of the journal. The bytes reach to where the next file says that this one was durable, or, for
/// the newest, to the end of the file; only there may the last group be torn.
/// </summary>
internal sealed class JournalScan(JournalFile file, ReadOnlyMemory<byte> content, bool isNewest, RecoveredLogs logs)
{
    private const int TornBytesUnknown = 64 << 10;

    /// <summary>Number and checksum of the newest group so far; set before <see cref="Run"/> to those of the file before.</summary>
    public ulong LastGroup { get; set; }

    /// <inheritdoc cref="LastGroup"/>
    public uint LastGroupCrc { get; set; }

    /// <summary>Where the last good group starts; 0 when there is none.</summary>
    public int LastStart { get; private set; }

    /// <summary>Where the durable part ends.</summary>
    public int End { get; private set; } = JournalFormat.BlockBytes;

    /// <summary>Bytes behind <see cref="End"/> that are the beginning of a group and were cut.</summary>
    public int TornBytes { get; private set; }

    /// <summary>True when what stands at the end did not verify, so that the number of the last group is not known.</summary>
    public bool IsEndDamaged { get; private set; }

    public void Run()
    {
        var span = content.Span;
        logs.BeginFile(file);
        while (End < span.Length)
        {
            if (GroupShape.TryRead(span, End, file.Header.SaltCheck, out var shape)
                && shape.Number == LastGroup + 1
                && shape.PreviousCrc == LastGroupCrc
                && shape.Verify(span, out var crc))
            {
                Take(shape, crc);
                continue;
            }

            var later = FindLater(span);
            if (later is null && isNewest)
            {
                CutTorn(span);
                return;
            }

            var next = later?.Offset ?? span.Length;
            Damage(span[End..next]);
            IsEndDamaged = later is null;
            LastGroup = later is { } found ? found.Number - 1 : LastGroup;
            LastGroupCrc = later?.PreviousCrc ?? 0;
            End = next;
        }
    }

    private void Take(in GroupShape shape, uint crc)
    {
        logs.Ceiling = Math.Max(logs.Ceiling, shape.Ceiling);
        logs.Apply(content.Span[shape.FramesStart..(int)shape.FramesEnd], shape.FramesStart);
        LastGroup = shape.Number;
        LastGroupCrc = crc;
        LastStart = End;
        End = (int)shape.End;
    }

    // A later group was begun only after the earlier ones were durable, so its mere beginning proves that they are damaged, not torn.
    private GroupShape? FindLater(ReadOnlySpan<byte> span)
    {
        for (var offset = End; offset < span.Length; offset += JournalFormat.BlockBytes)
        {
            if (GroupShape.TryRead(span, offset, file.Header.SaltCheck, out var shape) && shape.Number > LastGroup + 1)
            {
                return shape;
            }
        }

        return null;
    }

    private void CutTorn(ReadOnlySpan<byte> span)
    {
        if (GroupShape.TryRead(span, End, file.Header.SaltCheck, out var shape))
        {
            TornBytes = (int)Math.Min(shape.End, span.Length) - End;
        }
        else if (GroupShape.LooksBegun(span, End, file.Header.SaltCheck, LastGroup + 1))
        {
            TornBytes = Math.Min(TornBytesUnknown, span.Length - End);
        }
    }

    private void Damage(ReadOnlySpan<byte> bytes)
    {
        file.Region++;
        if (!TryWalk(bytes, out var framesLength, out var damaged))
        {
            logs.DamageAll(JournalErrors.Corrupt(file.Path, End, "a group that was durable does not verify, and whose records it held can't be told."));
            return;
        }

        // Everything is where it should be but for some bodies, or for what stands around the frames: then all of the group is in doubt.
        var frames = bytes.Slice(JournalFormat.BeginBytes, framesLength);
        var start = End + JournalFormat.BeginBytes;
        logs.Declare(frames);
        foreach (var (ordinal, position) in damaged)
        {
            logs.Damage(ordinal, JournalErrors.Corrupt(file.Path, start + position, "a record that was durable does not verify."));
        }

        logs.Apply(frames, start);
        file.Region++;
    }

    /// <summary>Goes over the frames of a damaged group by their headers alone.</summary>
    /// <param name="damaged">Ordinals and places of the frames that are in doubt.</param>
    private bool TryWalk(ReadOnlySpan<byte> bytes, out int framesLength, out List<(uint Ordinal, int Position)> damaged)
    {
        damaged = [];
        framesLength = 0;
        var all = new List<(uint Ordinal, int Position)>();
        for (var position = JournalFormat.BeginBytes; FrameHeader.TryRead(bytes[Math.Min(position, bytes.Length)..], out var header);)
        {
            var frame = bytes[position..];
            if (header.Type == FrameType.End)
            {
                framesLength = position - JournalFormat.BeginBytes;
                if (damaged.Count == 0)
                {
                    damaged = all;
                }

                // Exactly one group, whole in length: nothing else was lost.
                return GroupShape.TryReadEnd(frame, out var number, out _, out var count)
                    && number == LastGroup + 1
                    && count == all.Count
                    && JournalFormat.AlignUp(End + position + JournalFormat.EndBytes) == End + bytes.Length;
            }

            var verifies = header.VerifiesBody(frame);
            if (header.Type == FrameType.Begin || (header.Type == FrameType.Agent && !verifies))
            {
                return false;
            }

            all.Add((header.Ordinal, position - JournalFormat.BeginBytes));
            if (!verifies)
            {
                damaged.Add(all[^1]);
            }

            position += header.TotalBytes;
        }

        return false;
    }
}
