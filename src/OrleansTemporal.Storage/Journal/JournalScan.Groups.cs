using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Journal;

/// <content>Taking good groups and looking for later ones, window by window, on all processors.</content>
internal sealed partial class JournalScan
{
    // Large, since every window wakes the other threads once.
    private const int WindowBytes = 4 << 20;
    private const int PieceBytes = 256 << 10;

    // Of what is searched for later groups only the starts of blocks are looked at: its windows stay in the cache, and
    // a piece of many windows wakes the other threads seldom.
    private const int SearchWindowBytes = 512 << 10;
    private const int SearchPieceBytes = 16 << 20;

    private readonly List<GroupShape> shapes = [];
    private readonly List<int> pieces = [];
    private uint?[] crcs = [];

    /// <summary>Takes groups as long as they verify; <see cref="End"/> is then where one does not, or the end of the bytes.</summary>
    private async ValueTask TakeGoodAsync(CancellationToken cancellationToken)
    {
        using JournalWindow first = new(), second = new();
        var (present, next) = (first, second);
        await FillAsync(present, End, WindowBytes, cancellationToken).ConfigureAwait(false);
        while (End < length)
        {
            var after = Walk(present.Span);
            if (shapes.Count == 0)
            {
                if (LengthOfLarge(present.Span) is not { } bytes)
                {
                    return;
                }

                await FillAsync(present, End, bytes, cancellationToken).ConfigureAwait(false);
                if (present.Length < bytes)
                {
                    return;
                }

                continue;
            }

            await VerifyAsync(present, next, present.Start + after, cancellationToken).ConfigureAwait(false);
            if (!TakeVerified(present))
            {
                return;
            }

            (present, next) = (next, present);
        }
    }

    /// <summary>Finds the groups that stand whole in a window, by their first frames alone.</summary>
    /// <returns>Where the next one begins.</returns>
    private int Walk(ReadOnlySpan<byte> window)
    {
        shapes.Clear();
        pieces.Clear();
        var position = 0;
        var pieceEnd = 0;
        while (position < window.Length
            && GroupShape.TryRead(window, position, file.Header.SaltCheck, out var shape)
            && shape.Number == LastGroup + 1 + (ulong)shapes.Count
            && shape.IsWholeIn(window.Length))
        {
            if (position >= pieceEnd)
            {
                pieces.Add(shapes.Count);
                pieceEnd = position + PieceBytes;
            }

            shapes.Add(shape);
            position = (int)shape.End;
        }

        return position;
    }

    // The group at the end of what is taken may be larger than a window, and whole all the same.
    private int? LengthOfLarge(ReadOnlySpan<byte> window) =>
        GroupShape.TryRead(window, 0, file.Header.SaltCheck, out var shape)
        && shape.Number == LastGroup + 1
        && !shape.IsWholeIn(window.Length)
        && shape.IsWholeIn(length - End)
            ? (int)Math.Min(shape.End, length - End)
            : null;

    // Checksums of groups need no order; the next window is read meanwhile.
    private async ValueTask VerifyAsync(JournalWindow present, JournalWindow next, int after, CancellationToken cancellationToken)
    {
        if (crcs.Length < shapes.Count)
        {
            crcs = new uint?[shapes.Count];
        }

        await scheduler.StartAllAsync(
            pieces.Count + 1,
            piece =>
            {
                if (piece == 0)
                {
                    return FillAsync(next, after, WindowBytes, cancellationToken);
                }

                var window = present.Span;
                var end = piece < pieces.Count ? pieces[piece] : shapes.Count;
                for (var i = pieces[piece - 1]; i < end; i++)
                {
                    crcs[i] = shapes[i].Verify(window, out var crc) ? crc : null;
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private bool TakeVerified(JournalWindow window)
    {
        for (var i = 0; i < shapes.Count; i++)
        {
            if (shapes[i].PreviousCrc != LastGroupCrc || crcs[i] is not { } crc)
            {
                return false;
            }

            Take(shapes[i], crc, window);
        }

        return true;
    }

    private void Take(in GroupShape shape, uint crc, JournalWindow window)
    {
        logs.Ceiling = Math.Max(logs.Ceiling, shape.Ceiling);
        logs.Apply(window.Span[shape.FramesStart..(int)shape.FramesEnd], window.Start + shape.FramesStart);
        LastGroup = shape.Number;
        LastGroupCrc = lastTakenCrc = crc;
        LastStart = window.Start + shape.Offset;
        End = window.Start + (int)shape.End;
    }

    /// <summary>
    /// The first group behind <see cref="End"/> with a later number than the next one. It was begun only after the earlier
    /// ones were durable, so its mere beginning proves that they are damaged, not torn.
    /// </summary>
    private async ValueTask<LaterGroup?> FindLaterAsync(CancellationToken cancellationToken)
    {
        var windows = new JournalWindow[Math.Max(1, scheduler.Parallelism)];
        var found = new LaterGroup?[windows.Length];
        for (var i = 0; i < windows.Length; i++)
        {
            windows[i] = new JournalWindow();
        }

        try
        {
            for (var start = (long)End; start < length; start += windows.Length * (long)SearchPieceBytes)
            {
                var from = start;
                await scheduler.StartAllAsync(
                    windows.Length,
                    async i =>
                    {
                        found[i] = await FindLaterAsync(windows[i], from + (i * (long)SearchPieceBytes), cancellationToken).ConfigureAwait(false);
                    },
                    cancellationToken).ConfigureAwait(false);
                if (Array.Find(found, static later => later is not null) is { } later)
                {
                    return later;
                }
            }

            return null;
        }
        finally
        {
            foreach (var window in windows)
            {
                window.Dispose();
            }
        }
    }

    private async ValueTask<LaterGroup?> FindLaterAsync(JournalWindow window, long start, CancellationToken cancellationToken)
    {
        var end = Math.Min(start + SearchPieceBytes, length);
        LaterGroup? later = null;
        for (var at = start; at < end && later is null; at += SearchWindowBytes)
        {
            await FillAsync(window, at, SearchWindowBytes, cancellationToken).ConfigureAwait(false);
            later = FindLater(window);
        }

        return later;
    }

    private LaterGroup? FindLater(JournalWindow window)
    {
        for (var offset = 0; offset < window.Length; offset += JournalFormat.BlockBytes)
        {
            if (GroupShape.TryRead(window.Span, offset, file.Header.SaltCheck, out var shape) && shape.Number > LastGroup + 1)
            {
                return new LaterGroup(window.Start + offset, shape.Number, shape.PreviousCrc);
            }
        }

        return null;
    }

    private ValueTask FillAsync(JournalWindow window, long start, int bytesMax, CancellationToken cancellationToken)
    {
        var from = (int)Math.Min(start, length);
        return window.FillAsync(file.Data, from, Math.Min(bytesMax, length - from), cancellationToken);
    }

    /// <summary>A group that follows a damaged one.</summary>
    private readonly record struct LaterGroup(int Offset, ulong Number, uint PreviousCrc);
}
