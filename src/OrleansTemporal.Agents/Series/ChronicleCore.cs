using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Series;

/// <summary>
/// State of one partition of a stream: every version of every point in memory, in chunks, folded from the first delta.
/// </summary>
internal sealed partial class ChronicleCore : AgentCore
{
    private readonly SeriesOrdinals ordinals = new();
    private readonly List<SeriesMemory> series = [];

    // System time of each delta, by sequence.
    private readonly List<ulong> deltaTimes = [0];
    // All of them, for readers; made again when one has come.
    private SeriesMemory[]? known;
    private SeriesPreparedWrite? applying;
    private int deletionCount;
    private long versionCount;

    public ChronicleCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    protected override bool ReplaysFromGenesis => true;

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    protected override void Apply(in AppliedDelta delta)
    {
        deltaTimes.Add(delta.SystemTime.Value);
        if (delta.Payload is not { } payload)
        {
            return;
        }

        if (delta.Kind == SeriesPayload.Record)
        {
            if (applying is { } prepared)
            {
                Fold(prepared, delta.Sequence);
            }
            else
            {
                Fold(SeriesPayload.Read(payload.Span), delta.Sequence);
            }
        }
        else if (delta.Kind == SeriesDeletionPayload.Delete)
        {
            Fold(SeriesDeletionPayload.Read(payload.Span), delta.Sequence);
        }
        else
        {
            throw Corrupt($"delta {delta.Sequence} is a {delta.Kind}");
        }
    }

    private void Fold(SeriesPreparedWrite prepared, long sequence)
    {
        var write = prepared.Write;
        var written = new SeriesMemory[write.Series.Length];
        for (var i = 0; i < written.Length; i++)
        {
            written[i] = prepared.Ordinals[i] is >= 0 and var ordinal ? series[ordinal] : Enter(prepared.Keys[i]!);
        }

        var rows = write.Rows.AsSpan();
        var times = write.Times.AsSpan();
        var values = write.Values.AsSpan();
        for (var i = 0; i < rows.Length; i++)
        {
            written[rows[i]].Add(times[i], sequence, values[i]);
        }

        versionCount += rows.Length;
    }

    private void Fold(in SeriesPayloadRows read, long sequence)
    {
        var written = new SeriesMemory[read.Ordinals.Length];
        for (var i = 0; i < written.Length; i++)
        {
            written[i] = read.Texts[i] is { } text ? Enter(SeriesKey.Parse(text))
                : read.Ordinals[i] < series.Count ? series[(int)read.Ordinals[i]]
                : throw Corrupt($"delta {sequence} names series {read.Ordinals[i]} of {series.Count}");
        }

        for (var i = 0; i < read.Rows.Length; i++)
        {
            written[read.Rows[i]].Add(read.Times[i], sequence, read.Values[i]);
        }

        versionCount += read.Rows.Length;
    }

    private void Fold(SeriesSelector selector, long sequence)
    {
        var match = new SeriesMatch(selector);
        foreach (var one in series)
        {
            if (match.Includes(one.Key))
            {
                one.Add(new SeriesDeletion(sequence, selector.From, selector.To == long.MaxValue ? long.MaxValue : selector.To));
            }
        }

        deletionCount++;
    }

    private SeriesMemory Enter(SeriesKey key)
    {
        if (ordinals.TryFind(key.Text, out var ordinal))
        {
            return series[ordinal];
        }

        var made = new SeriesMemory(key, series.Count);
        series.Add(made);
        known = null;
        ordinals.Add(key.Text, made.Ordinal);
        return made;
    }
}
