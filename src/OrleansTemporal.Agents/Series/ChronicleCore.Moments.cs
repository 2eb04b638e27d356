using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Series;

/// <content>Which delta is the newest as of a moment, and when it came.</content>
internal sealed partial class ChronicleCore
{
    private async ValueTask<(long Through, HybridTimestamp At)> MomentOfAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        Manifest? seen;
        long durable, through;
        lock (Gate)
        {
            RequireAlive();
            seen = Manifest;
            durable = DurableThrough;
            through = asOf.Sequence is { } sequence ? RequireSequence(sequence, durable)
                : asOf.SystemTime is { } time ? Math.Min(SequenceInMemory(time), durable)
                : durable;
            if (asOf.SystemTime is null && through > coveredThrough)
            {
                return (through, new HybridTimestamp(deltaTimes[(int)(through - coveredThrough - 1)]));
            }
        }

        if (asOf.SystemTime is { } instant)
        {
            return (through > 0 ? through : await SequenceInSegmentsAsync(seen, instant, cancellationToken).ConfigureAwait(false), instant);
        }

        return (through, through == 0 ? Services.Clock.Last
            : seen!.Segments[^1] is var newest && newest.LastSequence == through ? newest.MaxTime
            : (await ReadSealedAsync(through, cancellationToken).ConfigureAwait(false)).SystemTime);
    }

    // Under the gate.
    private long DurableThrough => Math.Max(coveredThrough, Math.Min(Log.DurableThrough, Sequence));

    private static long RequireSequence(long sequence, long durable) => sequence <= durable
        ? sequence
        : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.AsOfInFuture, $"The newest delta has sequence {durable}.") { Field = "asOf" };

    // The newest delta at or before an instant, when no segment holds it; else 0. Under the gate.
    private long SequenceInMemory(HybridTimestamp instant)
    {
        var place = deltaTimes.BinarySearch(instant.Value);
        place = place >= 0 ? place : ~place - 1;
        return place < 0 ? 0 : coveredThrough + 1 + place;
    }

    // Halves the deltas of the segment that the instant lies in; their blocks are in the cache soon.
    private async ValueTask<long> SequenceInSegmentsAsync(Manifest? manifest, HybridTimestamp instant, CancellationToken cancellationToken)
    {
        var found = manifest?.Segments.LastOrDefault(segment => segment.MinTime <= instant);
        if (found is null || found.MaxTime <= instant)
        {
            return found?.LastSequence ?? 0;
        }

        var (low, high) = (found.FirstSequence, found.LastSequence);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            var delta = await ReadSealedAsync(middle, cancellationToken).ConfigureAwait(false);
            (low, high) = delta.SystemTime <= instant ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
