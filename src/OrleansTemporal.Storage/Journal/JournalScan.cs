using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// One pass over a file of the journal. The bytes reach to where the next file says that this one was durable, or, for
/// the newest, to the end of the file; only there may the last group be torn.
/// </summary>
/// <param name="length">How many bytes of the file count.</param>
internal sealed partial class JournalScan(JournalFile file, int length, bool isNewest, RecoveredLogs logs, IWorkScheduler scheduler)
{
    private const int TornBytesUnknown = 64 << 10;

    private uint lastTakenCrc;

    /// <summary>Number and checksum of the newest group so far; set before <see cref="RunAsync"/> to those of the file before.</summary>
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

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        logs.BeginFile(file);
        while (true)
        {
            await TakeGoodAsync(cancellationToken).ConfigureAwait(false);
            if (End >= length)
            {
                return;
            }

            var later = await FindLaterAsync(cancellationToken).ConfigureAwait(false);
            if (later is null && isNewest)
            {
                await CutTornAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            var next = later?.Offset ?? length;
            using (var damaged = await ReadAsync(End, next, cancellationToken).ConfigureAwait(false))
            {
                Damage(damaged.Span);
            }

            IsEndDamaged = later is null;
            LastGroup = later is { } found ? found.Number - 1 : LastGroup;
            LastGroupCrc = later?.PreviousCrc ?? 0;
            End = next;
        }
    }

    /// <summary>The last good group, and what is behind it up to <see cref="End"/>, as it stands in the file.</summary>
    /// <returns>A window that the caller disposes of.</returns>
    /// <exception cref="IOException">The file gives other bytes now.</exception>
    public async ValueTask<JournalWindow> ReadLastAsync(CancellationToken cancellationToken)
    {
        var window = await ReadAsync(LastStart, Math.Min(End, length), cancellationToken).ConfigureAwait(false);
        if (GroupShape.TryRead(window.Span, 0, file.Header.SaltCheck, out var shape) && shape.Verify(window.Span, out var crc) && crc == lastTakenCrc)
        {
            return window;
        }

        window.Dispose();
        throw new IOException($"{file.Path}: the group at offset {LastStart} verified a moment ago and does not any more.");
    }

    /// <summary>What was cut.</summary>
    /// <returns>A window that the caller disposes of.</returns>
    public ValueTask<JournalWindow> ReadTornAsync(CancellationToken cancellationToken) => ReadAsync(End, End + TornBytes, cancellationToken);

    private async ValueTask<JournalWindow> ReadAsync(int start, int end, CancellationToken cancellationToken)
    {
        var window = new JournalWindow();
        try
        {
            await FillAsync(window, start, end - start, cancellationToken).ConfigureAwait(false);
            return window;
        }
        catch
        {
            window.Dispose();
            throw;
        }
    }

    private async ValueTask CutTornAsync(CancellationToken cancellationToken)
    {
        using var block = await ReadAsync(End, (int)Math.Min((long)End + JournalFormat.BlockBytes, length), cancellationToken).ConfigureAwait(false);
        if (GroupShape.TryRead(block.Span, 0, file.Header.SaltCheck, out var shape))
        {
            TornBytes = (int)Math.Min(shape.End, length - End);
        }
        else if (GroupShape.LooksBegun(block.Span, 0, file.Header.SaltCheck, LastGroup + 1))
        {
            TornBytes = Math.Min(TornBytesUnknown, length - End);
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
