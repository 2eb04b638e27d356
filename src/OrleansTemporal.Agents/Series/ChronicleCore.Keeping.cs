using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <content>What policy has left of the stream: which deltas said so, and what is refused because of it.</content>
internal sealed partial class ChronicleCore
{
    private readonly SeriesKeeps keeps = new();
    private readonly List<(long Sequence, byte[] Payload)> openKeeps = [];
    private volatile PendingLetGo? pending;
    private long pendingFrom;
    private long removedByStep;

    private protected override ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> record) =>
        pending is { LetGo.IsEmpty: false } due && DeltaRecord.Read(record) is { HasPayload: true } delta && due.HasLetGo(delta.Sequence) ? delta.Detach() : record;

    private protected override ReadOnlyMemory<byte> StripFacet(ReadOnlyMemory<byte> facet)
    {
        SeriesKept kept;
        lock (Gate)
        {
            kept = keeps.Newest;
        }

        var left = SeriesSegmentFacet.Thin(facet, kept, out var removed);
        removedByStep += removed;
        return left;
    }

    // Whether bytes are still to go is known when the generation is sealed, not when it was cut.
    private protected override ReadOnlyMemory<byte> FacetStateOf(ReadOnlyMemory<byte> cut, long lastSequence) =>
        pending is { Sequence: > 0 } due && due.Sequence <= lastSequence ? PendingStateOf(cut.Span, due.Sequence) : cut;

    private protected override async ValueTask RestoreErasuresAsync(CancellationToken cancellationToken)
    {
        if (pendingFrom > 0)
        {
            var record = await ReadSealedAsync(pendingFrom, cancellationToken).ConfigureAwait(false);
            pending = record.Kind == SeriesKeepPayload.Keep && record.HasPayload
                ? new PendingLetGo(pendingFrom, SeriesKeepPayload.Read(record.Payload.Span).LetGo, [])
                : throw Corrupt($"the manifest says that delta {pendingFrom} lets deltas go, and it does not");
        }
    }

    private protected override DeltaAudit? BeginAudit() => new SeriesAudit();

    private static byte[] PendingStateOf(ReadOnlySpan<byte> cut, long sequence)
    {
        var state = new byte[PendingStateBytes];
        cut[..FacetStateBytes].CopyTo(state);
        state[0] = PendingStateVersion;
        BinaryPrimitives.WriteInt64LittleEndian(state.AsSpan(FacetStateBytes), sequence);
        return state;
    }

    // The same without anything that is still to go.
    private static byte[] SettledStateOf(ReadOnlySpan<byte> state)
    {
        if (state.IsEmpty)
        {
            return [];
        }

        var settled = state[..FacetStateBytes].ToArray();
        settled[0] = FacetStateVersion;
        return settled;
    }

    private void Fold(SeriesKeepPayload keep, long sequence)
    {
        keeps.Add(sequence, keep);
        var writer = new ArrayBufferWriter<byte>();
        (keep with { LetGo = [] }).Write(writer);
        openKeeps.Add((sequence, writer.WrittenSpan.ToArray()));
        if (!keep.LetGo.IsEmpty)
        {
            pending = new PendingLetGo(sequence, keep.LetGo, []);
        }
    }

    private void FoldWindows(List<(int Ordinal, long Step, ReadOnlyMemory<byte> Chunk)> parts, long sequence)
    {
        foreach (var (ordinal, step, chunk) in parts)
        {
            if (ordinal >= index.Count)
            {
                throw Corrupt($"delta {sequence} has windows of series {ordinal} of {index.Count}");
            }

            var one = index[ordinal];
            var before = one.Bytes;
            one.Add(SeriesRowParts.Of(ordinal, step, chunk.ToArray(), sequence));
            memoryBytes += one.Bytes - before;
        }
    }

    // Under the gate. What has become windows, or is about to, is as it is.
    private void RequireKept(SeriesPreparedWrite? points, SeriesSelector? deletion)
    {
        var floor = keeps.Planned.PointsFrom;
        if (floor == long.MinValue)
        {
            return;
        }

        if (points?.FirstTime < floor)
        {
            throw SeriesExpiry.TooOld(floor, "time");
        }

        if (deletion is not null)
        {
            RequireWhole(deletion.From, "from");
            RequireWhole(deletion.To, "to");
        }
    }

    // Of a window there is nothing to delete in part.
    private void RequireWhole(long bound, string field)
    {
        if (bound is long.MinValue or long.MaxValue || bound >= keeps.Planned.PointsFrom || bound < keeps.Planned.From)
        {
            return;
        }

        var (planned, step) = (keeps.Planned.StepAt(bound), keeps.Newest.StepAt(bound));
        if (bound % planned != 0 || (step > 0 && bound % step != 0))
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.PointsExpired,
                $"Policy keeps whole windows of {SeriesKept.ResolutionOf(planned)} at {new EventTime(bound)}: '{field}' is a multiple of that, or from {new EventTime(keeps.Planned.PointsFrom)} on.")
            {
                Field = field,
            };
        }
    }

    /// <summary>What was let go and is in segments still.</summary>
    /// <param name="Sequence">The delta that says so; 0 where earlier ones did.</param>
    /// <param name="LetGo">Deltas whose payloads go, by runs.</param>
    /// <param name="Chosen">Paths of segments that have chunks to write anew.</param>
    private sealed record PendingLetGo(long Sequence, System.Collections.Immutable.ImmutableArray<(long First, long Last)> LetGo, HashSet<string> Chosen)
    {
        public bool HasLetGo(long sequence)
        {
            var (low, high) = (0, LetGo.Length);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                (low, high) = LetGo[middle].Last < sequence ? (middle + 1, high) : (low, middle);
            }

            return low < LetGo.Length && LetGo[low].First <= sequence;
        }

        public bool HasLetGoWithin(long first, long last) => LetGo.Any(run => run.First <= last && run.Last >= first);
    }
}
